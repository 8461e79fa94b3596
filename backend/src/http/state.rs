//! What handlers may ask for.

use std::sync::Arc;

use shared::api::session::App;
use tokio_util::task::TaskTracker;

use super::{
    client_ip::TrustedProxies, health::LastLook, rate_limit::RateLimits, refusals::Refusals,
};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    organizations::Organizations,
    provider::{
        ProviderClient, region,
        snyk::{CannotMake, Credentials, Snyk},
    },
    refresh::Refresher,
    session::{LastUses, Lifetimes, cookie::Cookies},
    snyk_client::{Pace, Turns},
    store::{Store, cached::Cached, sqlite::SqliteStore},
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
    pub organizations: Arc<Organizations>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How cookies are written.
    pub cookies: Cookies,
    /// How long sessions last.
    pub lifetimes: Lifetimes,
    /// Uses of sessions that are not in the store yet.
    pub last_uses: LastUses,
    /// Rate limits by route.
    pub limits: Arc<RateLimits>,
    /// What strangers are refused.
    pub refusals: Arc<Refusals>,
    /// What the last look at the store showed.
    pub last_look: Arc<LastLook>,
    /// Whose word about addresses counts.
    pub trusted_proxies: Arc<TrustedProxies>,
    /// Proxied calls under way.
    pub turns: Arc<Turns>,
    /// How fast connections ask Snyk.
    pub pace: Arc<Pace>,
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
        let store: Arc<dyn Store> = Arc::new(Cached::new(sqlite));
        let refresher = Arc::new(Refresher::new(
            Arc::clone(&store),
            Arc::clone(&provider),
            Arc::clone(&clock),
            tasks.clone(),
        ));
        let pace = Arc::new(Pace::new(config.rate_limits));
        let organizations = Organizations::new(
            Arc::clone(&store),
            Arc::clone(&provider),
            Arc::clone(&refresher),
            Arc::clone(&pace),
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
            organizations: Arc::new(organizations),
            clock,
            cookies: Cookies::new(config.public_url.scheme() == "https"),
            lifetimes: Lifetimes {
                idle: config.session_idle,
                absolute: config.session_lifetime,
            },
            last_uses: LastUses::default(),
            limits: Arc::new(RateLimits::new(config.rate_limits)),
            refusals: Arc::default(),
            last_look: Arc::default(),
            trusted_proxies: Arc::new(config.trusted_proxies.clone()),
            turns: Arc::default(),
            pace,
            tasks,
        })
    }
}
