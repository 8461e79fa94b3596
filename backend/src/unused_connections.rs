//! Refreshes connections that nobody uses before their refresh tokens end, if the operator wants it
//! (REL-12).
//!
//! A connection that is used is refreshed with its access token. One that nobody uses would end with its
//! refresh token; so it is refreshed once three quarters of that one's lifetime have passed. All
//! connections are gone through in the order of their last refresh, a few refreshes at a time:
//! connections that were made together end together. One that cannot be refreshed has its next turn when
//! all others have had theirs.

use std::{sync::Arc, time::Duration};

use tokio::time::MissedTickBehavior;

use crate::{
    clock::Clock,
    refresh::Refresher,
    store::{LastRefresh, Store, StoreError, Work},
};

/// Interval between two pages.
const INTERVAL: Duration = Duration::from_secs(10);
/// Maximum number of refreshes in an interval: 180 a minute over all nodes.
const MAX_REFRESHES: usize = 30;
/// Maximum number of connections in a page.
const PAGE: u32 = 1_000;

/// Refreshes unused connections for ever, as long as this node is the leader of that.
pub async fn run(store: &dyn Store, refresher: &Arc<Refresher>, clock: &dyn Clock) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut after = None;
    loop {
        ticks.tick().await;
        if let Err(error) = refresh_page(store, refresher, clock, &mut after).await {
            tracing::warn!(%error, "Cannot read which connections are unused");
        }
    }
}

/// Starts the refreshes of the page that follows `after`, and moves it on.
async fn refresh_page(
    store: &dyn Store,
    refresher: &Arc<Refresher>,
    clock: &dyn Clock,
    after: &mut Option<LastRefresh>,
) -> Result<(), StoreError> {
    if !store.lead(Work::UnusedConnections).await? {
        return Ok(());
    }
    let page = store.by_last_refresh(after.as_ref(), PAGE).await?;
    let is_last = page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
    *after = None;
    let now = clock.now();
    let mut started = 0;
    for connection in page {
        if connection.is_reached
            && connection.nears_its_end(now)
            && refresher.renew_ahead(&connection.id, connection.generation)
        {
            started += 1;
        }
        *after = Some(connection);
        if started == MAX_REFRESHES {
            break;
        }
    }
    if is_last && started < MAX_REFRESHES {
        *after = None;
    }
    if started > 0 {
        tracing::info!(
            refreshes = started,
            "Connections that nobody uses are refreshed"
        );
    }
    Ok(())
}
