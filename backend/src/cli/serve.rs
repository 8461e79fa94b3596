//! The `serve` command: creates the parts of the server, listens, and shuts down without losing a
//! refresh.

use std::{
    path::Path,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::Router;
use env_file::addresses;
use secrecy::ExposeSecret as _;
use tokio::time::MissedTickBehavior;
use tokio_util::task::TaskTracker;

use super::{
    core_dumps, fail, open_files,
    signals::{self, StopSignals},
};
use crate::{
    config::{Config, database},
    http::{
        connection_limit::ConnectionLimit, listeners::Listeners, router, server::Server,
        state::AppState,
    },
    revocation,
    session::to_signed_duration,
    store::sqlite::SqliteStore,
    telemetry,
    vault::Vault,
};

/// Interval at which expired records are removed and pending work is retried.
const HOUSEKEEPING_INTERVAL: Duration = Duration::from_secs(10);
/// Interval at which connections are swept that no session is authorized for.
const ORPHAN_SWEEP_INTERVAL: Duration = Duration::from_hours(1);
/// How long readiness is red before the listener closes.
const READINESS_DELAY: Duration = Duration::from_secs(3);
/// How long shutdown waits for refreshes in flight: the maximum duration of a lost token call and
/// its replay.
const DRAIN: Duration = Duration::from_secs(100);

pub(super) async fn serve(
    config: Config,
    routes: Router<AppState>,
    stop_signals: StopSignals,
) -> ExitCode {
    telemetry::start(&config.log, config.log_format);
    if !core_dumps::disable() {
        tracing::warn!("Core dumps cannot be switched off: one would hold tokens and keys");
    }
    if config.provider.sandbox {
        tracing::info!("The provider is on this computer: this is a practice run");
    }
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let max_connections = open_files::max_connections();
    let vault = Arc::new(Vault::new(
        &config.encryption_secret,
        &config.encryption_secrets_previous,
    ));
    let database_url = config.database_url.expose_secret();
    if let Some(folder) = &config.frontend_dir
        && is_inside(database_url, folder)
    {
        return fail(
            "the database lies below FRONTEND_DIR, whose files anyone may read: move one of them \
             (DATABASE_URL, FRONTEND_DIR)",
        );
    }
    let sqlite = match SqliteStore::open(database_url, Arc::clone(&vault)).await {
        Ok(store) => Arc::new(store),
        Err(error) => return fail(&error.to_string()),
    };
    let app = match AppState::assemble(&config, vault, Arc::clone(&sqlite)) {
        Ok(app) => app,
        Err(error) => return fail(&error.to_string()),
    };
    let service = match router::with_layers(routes, app.clone(), &config) {
        Ok(service) => service,
        Err(error) => {
            return fail(&format!(
                "the built single-page app cannot be read ({error}): build it with \
                 `cargo xtask build`, or set FRONTEND_DIR to where it is, or to nothing to serve \
                 none"
            ));
        }
    };
    let public_port = config.public_url.port_or_known_default();
    let second_address = addresses::beside(
        config.listen,
        config.public_url.host_str().unwrap_or_default(),
        public_port.unwrap_or_default(),
    );
    let listeners = match Listeners::bind(config.listen, second_address).await {
        Ok(listeners) => listeners,
        Err(error) => return fail(&error.to_string()),
    };
    let address = listeners.local_addr().unwrap_or(config.listen);
    tracing::info!(%address, public_url = %config.public_url, "Serving");

    let connection_limit = ConnectionLimit::new(
        max_connections,
        config.rate_limits,
        Arc::clone(&app.trusted_proxies),
        Arc::clone(&app.rejection_log),
    );
    let housekeeping = tokio::spawn(housekeeping(app.clone()));
    let revocations = tokio::spawn(revoke_due(app.clone()));
    let account_sync = tokio::spawn(Arc::clone(&app.account_sync).run());
    let server = Server {
        router: service,
        connection_limit,
        headers: Arc::new(router::error_response_headers(&config)),
        keep_alive: config.keep_alive_timeout,
    };
    server
        .serve(listeners, stop_requested(stop_signals, app.tasks.clone()))
        .await;
    housekeeping.abort();
    revocations.abort();
    account_sync.abort();
    if tokio::time::timeout(DRAIN, app.tasks.wait()).await.is_err() {
        tracing::warn!("Refreshes were still in flight after {DRAIN:?}");
    }
    app.last_used.catch_up(&*app.store).await;
    sqlite.close().await;
    tracing::info!("Stopped");
    ExitCode::SUCCESS
}

/// Returns whether the database file is, or would be created, inside a folder. Symbolic links are
/// followed.
fn is_inside(database_url: &str, folder: &Path) -> bool {
    let Ok(path) = database::file_of(database_url) else {
        return false;
    };
    let (Ok(folder), Ok(path)) = (folder.canonicalize(), std::path::absolute(path)) else {
        return false;
    };
    // If the path does not exist yet, its nearest existing ancestor decides.
    path.ancestors()
        .find_map(|path| path.canonicalize().ok())
        .is_some_and(|path| path.starts_with(folder))
}

/// Removes expired records and evicts idle entries, periodically.
async fn housekeeping(app: AppState) {
    let mut ticks = tokio::time::interval(HOUSEKEEPING_INTERVAL);
    let mut orphans_swept_at = None;
    loop {
        ticks.tick().await;
        let now = app.clock.now();
        if orphans_swept_at.is_none_or(|at: Instant| at.elapsed() >= ORPHAN_SWEEP_INTERVAL) {
            orphans_swept_at = Some(Instant::now());
            // Orphaned connections are kept as long as a browser may stay signed in, in case the
            // user returns to that browser and its links. After that, their tokens would only
            // remain stored here and valid at Snyk.
            let max_age = to_signed_duration(app.lifetimes.absolute);
            let since = now.saturating_sub(max_age).unwrap_or(now);
            match app.store.sweep_orphaned(now, since).await {
                Ok(0) => {}
                Ok(swept) => tracing::info!(swept, "Connections that nobody reaches were ended"),
                Err(error) => tracing::warn!(%error, "What nobody reaches could not be ended"),
            }
        }
        let unused_since = now
            .saturating_sub(to_signed_duration(app.lifetimes.idle))
            .unwrap_or(now);
        // Sweep only if all uses were written. Otherwise sessions would expire whose recent use
        // could not be recorded.
        if app.last_used.catch_up(&*app.store).await
            && let Err(error) = app.store.sweep(now, unused_since).await
        {
            tracing::warn!(%error, "What has ended could not be removed");
        }
        app.rejection_log.log();
        app.limits.evict_idle();
        app.concurrency_limit.evict_idle();
        app.outbound_rate_limit
            .evict_idle(tokio::time::Instant::now());
        app.refresher.evict_idle();
    }
}

/// Revokes tokens at the provider whose earlier revocation failed. This task is separate from
/// housekeeping, which must not wait for a slow provider.
async fn revoke_due(app: AppState) {
    let mut ticks = tokio::time::interval(HOUSEKEEPING_INTERVAL);
    // A slow round is not followed by several at once.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        revocation::revoke_due(&*app.store, &*app.provider, &*app.clock).await;
    }
}

/// Completes when the process receives a stop signal. Readiness turns red first, and the listener
/// closes after a delay: until load balancers notice, new connections still arrive and are served.
/// Ctrl-C skips that delay.
async fn stop_requested(mut stop_signals: StopSignals, tasks: TaskTracker) {
    let (number, signal) = stop_signals.next().await;
    tracing::info!(
        signal,
        "Stopping: requests under way and refreshes in flight are finished first"
    );
    tasks.close();
    tokio::spawn(async move {
        loop {
            let (_, signal) = stop_signals.next().await;
            tracing::info!(
                signal,
                "Stopping already. SIGKILL would end this at once, and lose the connections that are \
                 just being refreshed"
            );
        }
    });
    if number != signals::INTERRUPT {
        tokio::time::sleep(READINESS_DELAY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_51_a_database_among_the_pages_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let pages = folder.path().join("dist");
        std::fs::create_dir(&pages).unwrap();
        std::fs::create_dir(folder.path().join("x")).unwrap();
        std::os::unix::fs::symlink(&pages, folder.path().join("link")).unwrap();
        let url = |path: &str| format!("sqlite://{}", folder.path().join(path).display());
        for below in [
            "dist/app.db",
            "dist/new/app.db",
            "link/app.db",
            "x/../dist/app.db",
        ] {
            assert!(is_inside(&url(below), &pages), "{below}");
        }
        for beside in ["app.db", "dist.db", "new/app.db"] {
            assert!(!is_inside(&url(beside), &pages), "{beside}");
        }
        assert!(!is_inside(&url("app.db"), &folder.path().join("none")));
    }
}
