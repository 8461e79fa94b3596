//! Creates the parts of the server from its configuration.

use std::sync::Arc;

use domain::{attempt::Binding, session::Lifetimes, vault::Vault};
use shared::api::session::App;
use tokio_util::task::TaskTracker;

use super::state::{AppState, Parts};
use crate::{
    account::AccountSync,
    admin::{Administration, settings::Facts},
    clock::{Clock, SystemClock},
    config::Config,
    connection::Connections,
    exchange::Exchange,
    http::{RateLimits, readiness::Readiness},
    login::Logins,
    outbound_rate_limit::OutboundRateLimit,
    provider::{
        ProviderClient,
        guarded::Guarded,
        snyk::{CannotMake, Credentials, Snyk},
    },
    refresh::Refresher,
    session::{LastUsed, Sessions, cookie::Cookies},
    snyk_client::{ConcurrencyLimit, SnykApi},
    store::{Store, cache::CachedStore},
    supervisor::Health,
};

/// Creates the parts of the server around a store, which gets a cache in front of it.
///
/// # Errors
///
/// If no HTTP client can be created for the configured provider.
pub fn build(
    config: &Config,
    vault: Arc<Vault>,
    store: Arc<impl Store + ?Sized + 'static>,
) -> Result<AppState, CannotMake> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let tasks = TaskTracker::new();
    let endpoints = &config.provider;
    let credentials = Credentials {
        client_id: config.credentials.client_id.clone(),
        client_secret: config.credentials.client_secret.clone(),
        redirect_uri: config.redirect_uri.as_str().to_owned(),
    };
    let snyk = Snyk::new(endpoints, &credentials, Arc::clone(&clock))?;
    let provider: Arc<dyn ProviderClient> = Arc::new(Guarded::new(snyk));
    let store: Arc<dyn Store> = Arc::new(CachedStore::new(store));
    let refresher = Arc::new(Refresher::new(
        Arc::clone(&store),
        Arc::clone(&provider),
        Arc::clone(&clock),
        tasks.clone(),
    ));
    let limits = Arc::new(RateLimits::new(config.limits.rate_limits));
    let outbound_rate_limit = Arc::new(OutboundRateLimit::new(
        config.limits.rate_limits,
        store.is_shared(),
    ));
    let account_sync = Arc::new(AccountSync::new(
        Arc::clone(&store),
        Arc::clone(&provider),
        Arc::clone(&refresher),
        Arc::clone(&outbound_rate_limit),
        Arc::clone(&clock),
        tasks.clone(),
        (
            endpoints.api_url.to_string(),
            config.credentials.client_id.clone(),
        ),
    ));
    let sessions = Arc::new(Sessions {
        store: Arc::clone(&store),
        clock: Arc::clone(&clock),
        cookies: Cookies::new(config.server.public_url.is_https()),
        lifetimes: Lifetimes {
            idle: config.session.idle,
            absolute: config.session.lifetime,
        },
        last_used: LastUsed::default(),
        tasks: tasks.clone(),
    });
    let logins = Arc::new(Logins {
        vault: Arc::clone(&vault),
        cookies: sessions.cookies,
        binding: binding(config),
        issuers: [endpoints.app_url.to_string(), endpoints.api_url.to_string()],
        clock: Arc::clone(&clock),
    });
    let exchange = Arc::new(Exchange {
        store: Arc::clone(&store),
        provider: Arc::clone(&provider),
        clock: Arc::clone(&clock),
        account_sync: Arc::clone(&account_sync),
        lifetimes: sessions.lifetimes,
        requested_scopes: config.app.scopes.clone(),
        tasks: tasks.clone(),
    });
    let connections = Arc::new(Connections {
        store: Arc::clone(&store),
        provider: Arc::clone(&provider),
        clock: Arc::clone(&clock),
        refresher: Arc::clone(&refresher),
        account_sync,
        requested_scopes: config.app.scopes.clone(),
        tasks: tasks.clone(),
    });
    let administration = administration(config, vault, &sessions, &connections);
    let task_health = Health::default();
    Ok(AppState::new(Parts {
        app: Arc::new(describe(config)),
        sessions,
        logins,
        exchange,
        connections,
        administration: Arc::new(administration),
        snyk: Arc::new(SnykApi {
            store: Arc::clone(&store),
            provider,
            refresher,
            clock,
            outbound_rate_limit,
            concurrency_limit: ConcurrencyLimit::default(),
        }),
        limits,
        rejection_log: Arc::default(),
        readiness: Arc::new(Readiness::new(store, tasks.clone(), task_health.clone())),
        trusted_proxies: Arc::new(config.server.trusted_proxies.clone()),
        refreshes_unused_connections: config.session.refreshes_unused_connections,
        task_health,
        tasks,
    }))
}

/// Creates what an administrator uses.
fn administration(
    config: &Config,
    vault: Arc<Vault>,
    sessions: &Sessions,
    connections: &Arc<Connections>,
) -> Administration {
    let (store, clock) = (&sessions.store, &sessions.clock);
    Administration {
        records: store.administration(),
        store: Arc::clone(store),
        cookies: sessions.cookies,
        lifetimes: sessions.lifetimes,
        connections: Arc::clone(connections),
        facts: Facts::of(config, &vault, clock.now()),
        clock: Arc::clone(clock),
        vault,
    }
}

/// Binds login attempts to the provider, the client and the redirect URI.
fn binding(config: &Config) -> Binding {
    Binding::new(
        config.provider.api_url.as_str(),
        &config.credentials.client_id,
        config.redirect_uri.as_str(),
    )
}

/// Describes the app for the single-page app.
fn describe(config: &Config) -> App {
    let endpoints = &config.provider;
    App {
        name: config.app.name.clone(),
        client_id: config.credentials.client_id.clone(),
        authorization_endpoint: endpoints.authorization_endpoint(),
        origin: config.server.frontend_origin.to_string(),
        redirect_uri: config.redirect_uri.as_str().to_owned(),
        scopes: config.app.scopes.clone(),
        region: endpoints.region.clone(),
        sandbox: endpoints.sandbox,
    }
}
