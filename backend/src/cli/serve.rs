//! `serve`: put the parts together, listen, stop without dropping a refresh.

use std::{process::ExitCode, sync::Arc, time::Duration};

use secrecy::ExposeSecret as _;
use shared::api::session::App;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::task::TaskTracker;

use super::fail;
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    connection::disconnect,
    http::{rate_limits, router, server, state::AppState},
    provider::{
        ProviderClient,
        snyk::{Credentials, Snyk},
    },
    refresh::Refresher,
    session::{Lifetimes, cookie::Cookies, signed},
    snyk_client::Pace,
    store::{ConnectionStore, cached::Cached, sqlite::SqliteStore},
    telemetry,
    vault::Vault,
};

/// How often what has ended is removed and what is pending is tried again.
const HOUSEKEEPING: Duration = Duration::from_secs(10);
/// How long a stop waits for refreshes in flight.
const DRAIN: Duration = Duration::from_mins(1);

pub(super) async fn serve(config: Config) -> ExitCode {
    telemetry::start(&config.log, config.log_format);
    if config.provider.sandbox {
        tracing::info!("The provider is on this computer: this is a practice run");
    }
    for name in &config.without_effect {
        tracing::warn!("{name} is set, and this build does nothing with it");
    }
    let vault = Arc::new(Vault::new(
        &config.encryption_secret,
        &config.encryption_secrets_previous,
    ));
    let database_url = config.database_url.expose_secret();
    let sqlite = match SqliteStore::open(database_url, Arc::clone(&vault)).await {
        Ok(store) => Arc::new(store),
        Err(error) => return fail(&error.to_string()),
    };
    let app = match assemble(&config, vault, Arc::clone(&sqlite)) {
        Ok(app) => app,
        Err(error) => return fail(&error.to_string()),
    };
    let router = match router::with_layers(router::api(), app.clone(), &config) {
        Ok(router) => router,
        Err(error) => {
            return fail(&format!(
                "the built single-page app cannot be read ({error}): build it with \
                 `cargo xtask build`, or set FRONTEND_DIR to where it is, or to nothing to serve \
                 none"
            ));
        }
    };
    let listener = match TcpListener::bind(config.listen).await {
        Ok(listener) => listener,
        Err(error) => {
            return fail(&format!(
                "cannot listen on {} ({error}): stop what uses that port, or set LISTEN",
                config.listen
            ));
        }
    };
    let address = listener.local_addr().unwrap_or(config.listen);
    tracing::info!(%address, public_url = %config.public_url, "Serving");

    let housekeeping = tokio::spawn(housekeeping(app.clone()));
    server::serve(listener, router, stop_signal(app.tasks.clone())).await;
    housekeeping.abort();
    if tokio::time::timeout(DRAIN, app.tasks.wait()).await.is_err() {
        tracing::warn!("Refreshes were still in flight after {DRAIN:?}");
    }
    sqlite.close().await;
    tracing::info!("Stopped");
    ExitCode::SUCCESS
}

fn assemble(
    config: &Config,
    vault: Arc<Vault>,
    sqlite: Arc<SqliteStore>,
) -> Result<AppState, crate::provider::snyk::CannotMake> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let tasks = TaskTracker::new();
    let region = Arc::new(config.provider.clone());
    let credentials = Credentials {
        client_id: config.client_id.clone(),
        client_secret: config.client_secret.clone(),
        redirect_uri: config.redirect_uri.clone(),
    };
    let provider: Arc<dyn ProviderClient> = Arc::new(Snyk::new(
        Arc::clone(&region),
        &credentials,
        Arc::clone(&clock),
    )?);
    let store = Arc::new(Cached::new(sqlite));
    let connections: Arc<dyn ConnectionStore> = Arc::clone(&store) as _;
    let refresher = Refresher::new(
        connections,
        Arc::clone(&provider),
        Arc::clone(&clock),
        tasks.clone(),
    );
    Ok(AppState {
        app: Arc::new(App {
            name: config.app_name.clone(),
            client_id: config.client_id.clone(),
            authorization_endpoint: region.authorization_endpoint(),
            redirect_uri: config.redirect_uri.clone(),
            scopes: config.scopes.clone(),
            region: region.region.clone(),
            sandbox: region.sandbox,
        }),
        region,
        provider,
        store,
        vault,
        refresher: Arc::new(refresher),
        clock,
        cookies: Cookies::new(config.public_url.scheme() == "https"),
        lifetimes: Lifetimes {
            idle: config.session_idle,
            absolute: config.session_lifetime,
        },
        limits: Arc::new(rate_limits(config.rate_limits)),
        turns: Arc::default(),
        pace: Arc::new(Pace::new(config.rate_limits)),
        tasks,
    })
}

/// Removes what has ended, and tells the provider what it could not be told.
async fn housekeeping(app: AppState) {
    let mut ticks = tokio::time::interval(HOUSEKEEPING);
    loop {
        ticks.tick().await;
        let now = app.clock.now();
        let unused_since = now
            .saturating_sub(signed(app.lifetimes.idle))
            .unwrap_or(now);
        if let Err(error) = app.store.sweep(now, unused_since).await {
            tracing::warn!(%error, "What has ended could not be removed");
        }
        disconnect::tell_pending(&app.store, &app.provider).await;
        app.limits.forget_the_quiet();
        app.turns.forget_the_quiet();
        app.pace.forget_the_quiet(tokio::time::Instant::now());
        app.refresher.forget_the_quiet();
    }
}

/// Done when the process is asked to stop; readiness goes red first.
async fn stop_signal(tasks: TaskTracker) {
    let asked = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = tokio::signal::ctrl_c() => {}
                }
            }
            Err(_) => {
                let _ = tokio::signal::ctrl_c().await;
            }
        }
    };
    asked.await;
    tracing::info!("Stopping: requests under way and refreshes in flight are finished first");
    tasks.close();
}
