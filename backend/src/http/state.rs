//! What handlers may ask for.

use std::sync::Arc;

use shared::api::session::App;
use tokio_util::task::TaskTracker;

use super::rate_limit::RateLimits;
use crate::{
    clock::Clock,
    provider::{ProviderClient, region},
    proxy::Turns,
    refresh::Refresher,
    session::{Lifetimes, cookie::Cookies},
    snyk_client::Pace,
    store::Store,
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
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How cookies are written.
    pub cookies: Cookies,
    /// How long sessions last.
    pub lifetimes: Lifetimes,
    /// Rate limits by route.
    pub limits: Arc<RateLimits>,
    /// Proxied calls under way.
    pub turns: Arc<Turns>,
    /// How fast connections ask Snyk.
    pub pace: Arc<Pace>,
    /// Work that a hang-up must not cancel and a stop waits for.
    pub tasks: TaskTracker,
}
