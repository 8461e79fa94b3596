//! What handlers may ask for.

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

/// The parts of a running server. Cloned for each request, so every part is behind a pointer.
#[derive(Clone, Debug)]
pub struct AppState {
    /// What the app is, as `GET /api/session` tells.
    pub app: Arc<App>,
    /// Where Snyk is.
    pub region: Arc<region::Provider>,
    /// The way to Snyk.
    pub provider: Arc<dyn ProviderClient>,
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// Seals attempts.
    pub vault: Arc<Vault>,
    /// Keeps tokens alive.
    pub refresher: Arc<Refresher>,
    /// Keeps what connections reach up to date.
    pub account_sync: Arc<AccountSync>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How cookies are written.
    pub cookies: Cookies,
    /// How long sessions last.
    pub lifetimes: Lifetimes,
    /// Uses of sessions that are not in the store yet.
    pub last_used: LastUsed,
    /// Rate limits by route.
    pub limits: Arc<RateLimits>,
    /// What strangers are refused.
    pub rejection_log: Arc<RejectionLog>,
    /// What the last look at the store showed.
    pub readiness: Arc<ReadinessCache>,
    /// Whose word about addresses counts.
    pub trusted_proxies: Arc<TrustedProxies>,
    /// Proxied calls under way.
    pub concurrency_limit: Arc<ConcurrencyLimit>,
    /// How fast connections ask Snyk.
    pub outbound_rate_limit: Arc<OutboundRateLimit>,
    /// Work that a hang-up must not cancel and a stop waits for.
    pub tasks: TaskTracker,
}

impl AppState {
    /// Puts the parts together.
    ///
    /// # Errors
    ///
    /// Where no HTTP client can be made for the configured provider.
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
