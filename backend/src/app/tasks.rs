//! The background tasks of a running server.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::session::to_signed_duration;
use tokio::time::MissedTickBehavior;

use super::AppState;
use crate::{
    activity,
    admin::{activity_writer, upkeep},
    rate_shares, revocation,
    store::Work,
    supervisor::Supervisor,
    unused_connections,
};

/// Interval at which expired records are removed and pending work is retried.
const HOUSEKEEPING_INTERVAL: Duration = Duration::from_secs(10);
/// Interval at which connections are swept that no session is authorized for.
const ORPHAN_SWEEP_INTERVAL: Duration = Duration::from_hours(1);

/// Starts the background tasks. They are cancelled when the supervisor is dropped.
#[must_use]
pub fn start(app: &AppState) -> Supervisor {
    let mut supervisor = Supervisor::new(app.parts().task_health.clone());
    let of = app.clone();
    supervisor.spawn("housekeeping", move || housekeeping(of.clone()));
    let of = app.clone();
    supervisor.spawn("foreign writes", move || follow_foreign_writes(of.clone()));
    let of = app.clone();
    supervisor.spawn("revocations", move || revoke_due(of.clone()));
    activity::start();
    let of = app.clone();
    supervisor.spawn("activity log", move || store_activity(of.clone()));
    let account_sync = Arc::clone(&app.parts().connections.account_sync);
    supervisor.spawn("accounts", move || Arc::clone(&account_sync).run());
    if app.parts().snyk.outbound_rate_limit.is_shared() {
        let of = app.clone();
        supervisor.spawn("rate shares", move || get_rate_shares(of.clone()));
    }
    if app.parts().refreshes_unused_connections {
        let of = app.clone();
        supervisor.spawn("unused connections", move || refresh_unused(of.clone()));
    }
    supervisor
}

/// Removes expired records and evicts idle entries, periodically.
async fn housekeeping(app: AppState) {
    let parts = app.parts();
    let mut ticks = tokio::time::interval(HOUSEKEEPING_INTERVAL);
    let mut orphans_swept_at = None;
    let mut administration_kept_at = None;
    loop {
        ticks.tick().await;
        if orphans_swept_at.is_none_or(|at: Instant| at.elapsed() >= ORPHAN_SWEEP_INTERVAL) {
            orphans_swept_at = Some(Instant::now());
            sweep_orphaned(&app).await;
        }
        sweep_expired(&app).await;
        if administration_kept_at.is_none_or(|at: Instant| at.elapsed() >= upkeep::INTERVAL) {
            administration_kept_at = Some(Instant::now());
            keep_administration(&app).await;
        }
        parts.sessions.store.evict_ended().await;
        parts.rejection_log.log();
        parts.limits.evict_idle();
        parts.snyk.evict_idle();
        parts.connections.refresher.evict_idle();
    }
}

/// Lets the store's cache forget what other processes may have changed.
async fn follow_foreign_writes(app: AppState) {
    let store = &app.parts().sessions.store;
    loop {
        match store.detect_foreign_writes().await {
            Ok(written) if written.is_empty() => {}
            Ok(_) => tracing::debug!("Another process wrote to the database"),
            // Whatever asks the database next says so, and values still have a TTL.
            Err(error) => tracing::debug!(%error, "Writes of other processes are not known"),
        }
        store.wait_for_foreign_write().await;
    }
}

/// Ends the connections that no session has been authorized for in a long time. They are kept as
/// long as a browser may stay signed in, in case the user returns to that browser and its links.
/// After that, their tokens would only remain stored here and valid at Snyk.
async fn sweep_orphaned(app: &AppState) {
    let sessions = &app.parts().sessions;
    let now = sessions.clock.now();
    let max_age = to_signed_duration(sessions.lifetimes.absolute);
    let since = now.saturating_sub(max_age).unwrap_or(now);
    if !leads(app, Work::Orphans).await {
        return;
    }
    match sessions.store.sweep_orphaned(now, since).await {
        Ok(0) => {}
        Ok(swept) => tracing::info!(swept, "Connections that nobody reaches were ended"),
        Err(error) => tracing::warn!(%error, "What nobody reaches could not be ended"),
    }
}

/// Removes expired sessions and claims, but only if all uses were written. Otherwise sessions would
/// expire whose recent use could not be recorded.
async fn sweep_expired(app: &AppState) {
    let sessions = &app.parts().sessions;
    let now = sessions.clock.now();
    let unused_since = sessions.lifetimes.unused_since(now);
    if sessions.last_used.catch_up(&*sessions.store).await
        && leads(app, Work::Expired).await
        && let Err(error) = sessions.store.sweep(now, unused_since).await
    {
        tracing::warn!(%error, "What has ended could not be removed");
    }
}

/// Revokes tokens at the provider whose earlier revocation failed. This task is separate from
/// housekeeping, which must not wait for a slow provider.
async fn revoke_due(app: AppState) {
    let connections = &app.parts().connections;
    let mut ticks = tokio::time::interval(HOUSEKEEPING_INTERVAL);
    // A slow round is not followed by several at once.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if leads(&app, Work::Revocations).await {
            let revoked = revocation::revoke_due(
                &*connections.store,
                &*connections.provider,
                &*connections.clock,
            );
            // A round can take longer than a leadership.
            tokio::select! {
                () = revoked => {}
                () = keep_leading(&app, Work::Revocations) => {}
            }
        }
    }
}

/// Gets this node's shares in the rates of connections.
async fn get_rate_shares(app: AppState) {
    let snyk = &app.parts().snyk;
    rate_shares::run(&*snyk.store, &snyk.outbound_rate_limit).await;
}

/// Refreshes unused connections before their refresh tokens end.
async fn refresh_unused(app: AppState) {
    let snyk = &app.parts().snyk;
    unused_connections::run(&*snyk.store, &snyk.refresher, &*snyk.clock).await;
}

/// Stores the events of the activity log.
async fn store_activity(app: AppState) {
    activity_writer::run(&*app.parts().administration.records).await;
}

/// Removes what is over of the administration, and describes connections of earlier versions.
async fn keep_administration(app: &AppState) {
    let administration = &app.parts().administration;
    let now = administration.clock.now();
    if leads(app, Work::Expired).await
        && let Err(error) = upkeep::run(&*administration.records, now).await
    {
        tracing::warn!(%error, "What an administrator sees could not be tidied up");
    }
}

/// Keeps this node the leader of work that takes long, until another one is.
async fn keep_leading(app: &AppState, work: Work) {
    let mut ticks = tokio::time::interval(HOUSEKEEPING_INTERVAL);
    loop {
        ticks.tick().await;
        // Without the database nobody else leads either.
        if matches!(app.parts().sessions.store.lead(work).await, Ok(false)) {
            return;
        }
    }
}

/// Returns whether this node does some work for all nodes.
async fn leads(app: &AppState, work: Work) -> bool {
    match app.parts().sessions.store.lead(work).await {
        Ok(leads) => leads,
        Err(error) => {
            tracing::warn!(work = work.as_str(), %error, "Cannot determine which node leads");
            false
        }
    }
}
