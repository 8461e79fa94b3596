//! The application state that handlers can extract.

use std::sync::Arc;

use shared::api::session::App;
use tokio_util::task::TaskTracker;

use super::{
    client_ip::TrustedProxies, health::ReadinessCache, rate_limit::RateLimits,
    rejection_log::RejectionLog,
};
use crate::{
    account::AccountSync,
    clock::{Clock, SystemClock},
    config::Config,
    provider::{
        ProviderClient, region,
        snyk::{CannotMake, Credentials, Snyk},
    },
    refresh::Refresher,
    session::{LastUsed, Lifetimes, cookie::Cookies},
    snyk_client::{ConcurrencyLimit, OutboundRateLimit},
    store::{Store, cache::CachedStore, sqlite::SqliteStore},
    vault::Vault,
};

/// The parts of a running server. The state is cloned for each request, so every large part is
/// behind a pointer.
#[derive(Clone, Debug)]
pub struct AppState {
    /// The description of the app that `GET /api/session` returns.
    pub app: Arc<App>,
    /// The addresses of Snyk's region.
    pub region: Arc<region::Provider>,
    /// The client for Snyk.
    pub provider: Arc<dyn ProviderClient>,
    /// The database, behind a cache.
    pub store: Arc<dyn Store>,
    /// Encrypts login attempts.
    pub vault: Arc<Vault>,
    /// Refreshes access tokens.
    pub refresher: Arc<Refresher>,
    /// Keeps the accounts of connections (identity and organizations) up to date.
    pub account_sync: Arc<AccountSync>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Writes cookies with the attributes of this installation.
    pub cookies: Cookies,
    /// Lifetimes of sessions.
    pub lifetimes: Lifetimes,
    /// Session uses that are not written to the store yet.
    pub last_used: LastUsed,
    /// Rate limits of incoming requests.
    pub limits: Arc<RateLimits>,
    /// Counts and logs rejected requests.
    pub rejection_log: Arc<RejectionLog>,
    /// The cached result of the last store check.
    pub readiness: Arc<ReadinessCache>,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Arc<TrustedProxies>,
    /// Limits the number of concurrent proxied calls.
    pub concurrency_limit: Arc<ConcurrencyLimit>,
    /// Limits the rate of calls to Snyk.
    pub outbound_rate_limit: Arc<OutboundRateLimit>,
    /// Tasks that must survive a client that disconnects. Shutdown waits for them.
    pub tasks: TaskTracker,
}

impl AppState {
    /// Creates the state from the configuration.
    ///
    /// # Errors
    ///
    /// Returns an error if no HTTP client can be created for the configured provider.
    pub fn assemble(
        config: &Config,
        vault: Arc<Vault>,
        sqlite: Arc<SqliteStore>,
    ) -> Result<Self, CannotMake> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let tasks = TaskTracker::new();
        let region = Arc::new(config.provider.clone());
        let credentials = Credentials {
            client_id: config.client_id.clone(),
            client_secret: config.client_secret.clone(),
            redirect_uri: config.redirect_uri.clone(),
        };
        let provider: Arc<dyn ProviderClient> =
            Arc::new(Snyk::new(&region, &credentials, Arc::clone(&clock))?);
        let store: Arc<dyn Store> = Arc::new(CachedStore::new(sqlite));
        let refresher = Arc::new(Refresher::new(
            Arc::clone(&store),
            Arc::clone(&provider),
            Arc::clone(&clock),
            tasks.clone(),
        ));
        let outbound_rate_limit = Arc::new(OutboundRateLimit::new(config.rate_limits));
        let account_sync = AccountSync::new(
            Arc::clone(&store),
            Arc::clone(&provider),
            Arc::clone(&refresher),
            Arc::clone(&outbound_rate_limit),
            Arc::clone(&clock),
            tasks.clone(),
            (region.api_url.clone(), config.client_id.clone()),
        );
        Ok(Self {
            app: Arc::new(App {
                name: config.app_name.clone(),
                client_id: config.client_id.clone(),
                authorization_endpoint: region.authorization_endpoint(),
                origin: config.frontend_origin.clone(),
                redirect_uri: config.redirect_uri.clone(),
                scopes: config.scopes.clone(),
                region: region.region.clone(),
                sandbox: region.sandbox,
            }),
            region,
            provider,
            store,
            vault,
            refresher,
            account_sync: Arc::new(account_sync),
            clock,
            cookies: Cookies::new(config.public_url.scheme() == "https"),
            lifetimes: Lifetimes {
                idle: config.session_idle,
                absolute: config.session_lifetime,
            },
            last_used: LastUsed::default(),
            limits: Arc::new(RateLimits::new(config.rate_limits)),
            rejection_log: Arc::default(),
            readiness: Arc::default(),
            trusted_proxies: Arc::new(config.trusted_proxies.clone()),
            concurrency_limit: Arc::default(),
            outbound_rate_limit,
            tasks,
        })
    }
}
