//! Gets this node's shares in the rates of connections from the database, and keeps them.
//!
//! Without the database a node has its shares for less than a minute, and sends few requests after
//! that: nobody knows then how many the others send.

use std::{collections::HashMap, time::Duration};

use futures_util::{StreamExt as _, stream};
use tokio::time::{Instant, MissedTickBehavior};

use crate::{
    outbound_rate_limit::{ExtensionRequest, OutboundRateLimit},
    store::{RateShare, SharedWork},
};

/// Interval at which shares are kept. Two fit into the lifetime of one.
const KEEP_INTERVAL: Duration = Duration::from_secs(20);
/// Maximum number of concurrent requests for extensions.
const MAX_CONCURRENT: usize = 4;

/// Answers the limit's requests for extensions and keeps its shares, for ever.
pub async fn run(store: &dyn SharedWork, limit: &OutboundRateLimit) {
    let mut ticks = tokio::time::interval(KEEP_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            requests = limit.extension_requests() => extend(store, limit, requests).await,
            _ = ticks.tick() => keep(store, limit).await,
        }
    }
}

async fn extend(
    store: &dyn SharedWork,
    limit: &OutboundRateLimit,
    requests: Vec<ExtensionRequest>,
) {
    let extensions = stream::iter(requests).map(|request| async move {
        let ExtensionRequest {
            connection,
            held,
            wanted,
        } = &request;
        let sent_at = Instant::now();
        let share = store.extend_rate_share(connection, *held, *wanted).await;
        limit.extend(connection, share.as_ref().ok().copied(), sent_at);
        share.err()
    });
    let failures: Vec<_> = extensions
        .buffer_unordered(MAX_CONCURRENT)
        .filter_map(std::future::ready)
        .collect()
        .await;
    // One line for all: while the database is away, every connection that is used fails.
    if let Some(error) = failures.first() {
        tracing::warn!(failed = failures.len(), %error, "Cannot extend shares of Snyk's rate limit");
    }
}

async fn keep(store: &dyn SharedWork, limit: &OutboundRateLimit) {
    let sent_at = Instant::now();
    let shares: Vec<_> = limit
        .reduce(sent_at)
        .into_iter()
        .map(|(connection, requests)| RateShare {
            connection,
            requests,
        })
        .collect();
    match store.keep_rate_shares(&shares).await {
        Ok(kept) => {
            let kept: HashMap<_, _> = kept
                .into_iter()
                .map(|share| (share.connection, share.requests))
                .collect();
            for share in shares {
                let requests = kept.get(&share.connection).copied().unwrap_or(0);
                limit.keep(&share.connection, requests, sent_at);
            }
        }
        Err(error) => tracing::warn!(%error, "Cannot keep the shares of Snyk's rate limit"),
    }
}
