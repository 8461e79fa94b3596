//! Refreshes idle connections before their refresh tokens end, if the operator wants it (REL-12).
//!
//! A connection that is used is refreshed with its access token. One that nobody uses would end with its
//! refresh token; so it is refreshed once three quarters of that one's lifetime have passed. A few at a
//! time: connections that were made together end together.

use std::{sync::Arc, time::Duration};

use tokio::time::MissedTickBehavior;

use crate::{
    clock::Clock,
    refresh::Refresher,
    store::{Store, StoreError, Work},
};

/// Interval at which idle connections are looked for.
const INTERVAL: Duration = Duration::from_secs(10);
/// Maximum number of refreshes in an interval: 180 a minute over all nodes.
const BATCH: usize = 30;
/// Maximum number of connections that are looked at. Some of them may have failed a moment ago.
const MAX_LOOKED_AT: u32 = 1_000;

/// Refreshes idle connections for ever, as long as this node is the leader of that.
pub async fn run(store: &dyn Store, refresher: &Arc<Refresher>, clock: &dyn Clock) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match refresh_idle(store, refresher, clock).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "Idle connections are being refreshed"),
            Err(error) => tracing::warn!(%error, "Idle connections cannot be looked for"),
        }
    }
}

/// Starts one round, and returns the number of refreshes.
async fn refresh_idle(
    store: &dyn Store,
    refresher: &Arc<Refresher>,
    clock: &dyn Clock,
) -> Result<usize, StoreError> {
    if !store.lead(Work::IdleConnections).await? {
        return Ok(0);
    }
    let idle = store.idle_connections(clock.now(), MAX_LOOKED_AT).await?;
    let started = idle
        .iter()
        .filter(|(id, generation)| refresher.renew_ahead(id, *generation));
    Ok(started.take(BATCH).count())
}
