//! Gets this node's shares in the rates of connections from the database, and keeps them.
//!
//! Without the database a node has its shares for less than a minute, and sends few requests after
//! that: nobody knows then how many the others send.

use std::time::Duration;

use domain::ids::ConnectionId;
use futures_util::{StreamExt as _, stream};
use tokio::time::{Instant, MissedTickBehavior};

use crate::{
    outbound_rate_limit::{Ask, OutboundRateLimit},
    store::{NodeStore, RateShare},
};

/// Interval at which shares are kept. Several fit into the lifetime of one.
const KEEP_INTERVAL: Duration = Duration::from_secs(10);
/// Maximum number of concurrent requests for extensions.
const MAX_CONCURRENT: usize = 4;

/// Answers the limit's requests for extensions and keeps its shares, for ever.
pub async fn run(store: &dyn NodeStore, limit: &OutboundRateLimit) {
    let mut ticks = tokio::time::interval(KEEP_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            asks = limit.asks() => extend(store, limit, asks).await,
            _ = ticks.tick() => keep(store, limit).await,
        }
    }
}

async fn extend(store: &dyn NodeStore, limit: &OutboundRateLimit, asks: Vec<Ask>) {
    stream::iter(asks)
        .for_each_concurrent(MAX_CONCURRENT, |ask| async move {
            let sent_at = Instant::now();
            let extension = store.extend_rate_share(&ask.connection, ask.held, ask.wanted);
            let by = extension.await.unwrap_or_else(|error| {
                tracing::warn!(connection = ask.connection.as_str(), %error, "No share of the rate of requests can be had");
                0
            });
            limit.extend(&ask.connection, by, sent_at);
        })
        .await;
}

async fn keep(store: &dyn NodeStore, limit: &OutboundRateLimit) {
    let sent_at = Instant::now();
    let shares: Vec<_> = limit.reduce(sent_at).into_iter().map(share).collect();
    match store.keep_rate_shares(&shares).await {
        Ok(()) => {
            for share in shares {
                limit.keep(&share.connection, sent_at);
            }
        }
        Err(error) => tracing::warn!(%error, "The shares of the rate of requests cannot be kept"),
    }
}

fn share((connection, requests): (ConnectionId, u32)) -> RateShare {
    RateShare {
        connection,
        requests,
    }
}
