//! The `serve` command: creates the parts of the server, listens, and shuts down without losing a
//! refresh.

use std::{net::SocketAddr, path::Path, process::ExitCode, sync::Arc, time::Duration};

use axum::Router;
use domain::vault::Vault;
use env_file::addresses;
use tokio_util::task::TaskTracker;

use super::{
    core_dumps, fail,
    open_database::{OpenDatabase, open_store},
    open_files,
    signals::{self, StopSignals},
};
use crate::{
    admin::activity_writer,
    app::{
        AppState, Edge, build, database_metrics::DatabaseMetrics,
        metrics_listener::MetricsListener, tasks, trace_exporter::TraceExporter,
    },
    config::{self, Config, database_url::DatabaseUrl},
    telemetry,
    transport::{
        connection_limit::ConnectionLimit,
        listeners::{CannotListen, Listeners},
        server::Server,
        workers::Workers,
    },
};

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
    telemetry::start(&config.log.filter, config.log.format);
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
        &config.encryption.secret,
        &config.encryption.previous,
    ));
    let database_url = &config.storage.database_url;
    if let Some(folder) = config.server.frontend.folder()
        && let DatabaseUrl::Sqlite(file) = database_url
        && is_inside(file, folder)
    {
        return fail(
            "the database lies below FRONTEND_DIR, whose files anyone may read: move one of them \
             (DATABASE_URL, FRONTEND_DIR)",
        );
    }
    let (database, store) = match open_store(database_url, &vault).await {
        Ok(opened) => opened,
        Err(error) => return fail(&error.to_string()),
    };
    let traces = match TraceExporter::start(&config.traces) {
        Ok(traces) => traces,
        Err(error) => return fail(&error.to_string()),
    };
    let app = match build(&config, vault, store) {
        Ok(app) => app,
        Err(error) => return fail(&error.to_string()),
    };
    let edge = match Edge::new(routes, app.clone(), &config) {
        Ok(edge) => edge,
        Err(error) => {
            return fail(&format!(
                "the built single-page app cannot be read ({error}): build it with \
                 `cargo xtask build`, or set FRONTEND_DIR to where it is, or to nothing to serve \
                 none"
            ));
        }
    };
    let server = &config.server;
    let listeners = match listen(server).await {
        Ok(listeners) => listeners,
        Err(error) => return fail(&error.to_string()),
    };
    let metrics = match listen_for_metrics(server.metrics_listen).await {
        Ok(metrics) => metrics,
        Err(error) => return fail(&error),
    };
    let gauges = metrics.is_some().then(|| {
        let store = Arc::clone(&app.parts().sessions.store);
        DatabaseMetrics::start(store, database.counted())
    });
    let workers = match Workers::start(Workers::available()) {
        Ok(workers) => workers,
        Err(error) => return fail(&format!("no threads can be started ({error})")),
    };
    let address = listeners.local_addr().unwrap_or(server.listen);
    tracing::info!(%address, public_url = %server.public_url.root(), "Serving");

    let connection_limit = ConnectionLimit::new(
        max_connections,
        config.limits.rate_limits,
        Arc::clone(&app.parts().trusted_proxies),
        Arc::clone(&app.parts().rejection_log),
    );
    let background = tasks::start(&app);
    let headers = Arc::new(edge.common_headers());
    let server = Server {
        respond: move |request| {
            let edge = edge.clone();
            async move { edge.respond(request).await }
        },
        connection_limit,
        headers,
        keep_alive: config.limits.keep_alive_timeout,
        workers,
    };
    server
        .serve(
            listeners,
            stop_requested(stop_signals, app.parts().tasks.clone()),
        )
        .await;
    drop((background, metrics, gauges));
    finish(&app, &database, traces).await;
    tracing::info!("Stopped");
    ExitCode::SUCCESS
}

/// Waits for refreshes in flight, and writes and sends what is left.
async fn finish(app: &AppState, database: &OpenDatabase, traces: Option<TraceExporter>) {
    let parts = app.parts();
    if tokio::time::timeout(DRAIN, parts.tasks.wait())
        .await
        .is_err()
    {
        tracing::warn!("Refreshes were still in flight after {DRAIN:?}");
    }
    parts
        .sessions
        .last_used
        .catch_up(&*parts.sessions.store)
        .await;
    activity_writer::flush(&*parts.administration.records).await;
    database.close().await;
    if let Some(traces) = traces {
        traces.stop().await;
    }
}

/// Listens on the configured address, and on the other loopback address if browsers may use it.
async fn listen(server: &config::server::Server) -> Result<Listeners, CannotListen> {
    let public_url = server.public_url.root();
    let second_address = addresses::beside(
        server.listen,
        public_url.host_str().unwrap_or_default(),
        public_url.port_or_known_default().unwrap_or_default(),
    );
    Listeners::bind(server.listen, second_address).await
}

/// Listens for whoever collects the metrics, if they are wanted.
async fn listen_for_metrics(
    address: Option<SocketAddr>,
) -> Result<Option<MetricsListener>, String> {
    let Some(address) = address else {
        return Ok(None);
    };
    match MetricsListener::start(address).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error) => Err(format!(
            "cannot listen on {address} for the metrics ({error}): set METRICS_LISTEN to another \
             address, or to nothing"
        )),
    }
}

/// Returns whether the database file is, or would be created, inside a folder. Symbolic links are
/// followed.
fn is_inside(database: &Path, folder: &Path) -> bool {
    let (Ok(folder), Ok(path)) = (folder.canonicalize(), std::path::absolute(database)) else {
        return false;
    };
    // If the path does not exist yet, its nearest existing ancestor decides.
    path.ancestors()
        .find_map(|path| path.canonicalize().ok())
        .is_some_and(|path| path.starts_with(folder))
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
        let path = |name: &str| folder.path().join(name);
        for below in [
            "dist/app.db",
            "dist/new/app.db",
            "link/app.db",
            "x/../dist/app.db",
        ] {
            assert!(is_inside(&path(below), &pages), "{below}");
        }
        for beside in ["app.db", "dist.db", "new/app.db"] {
            assert!(!is_inside(&path(beside), &pages), "{beside}");
        }
        assert!(!is_inside(&path("app.db"), &folder.path().join("none")));
    }
}
