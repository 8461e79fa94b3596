//! The state of a running server.

use std::sync::Arc;

use axum::extract::FromRef;
use domain::net::TrustedProxies;
use shared::api::session::App;
use tokio_util::task::TaskTracker;

use crate::{
    admin::Administration,
    connection::Connections,
    exchange::Exchange,
    http::{RateLimits, readiness::Readiness, rejection_log::RejectionLog},
    login::Logins,
    session::Sessions,
    snyk_client::SnykApi,
    supervisor::Health,
};

/// The state of a running server. A clone is one pointer.
///
/// Handlers take the part that they need, as `State<Arc<Logins>>` or through an extractor.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Parts>);

/// The parts of a running server.
#[derive(Debug)]
pub struct Parts {
    /// The description of the app in `GET /api/session`.
    pub app: Arc<App>,
    /// Sessions of browsers.
    pub sessions: Arc<Sessions>,
    /// Starts logins.
    pub logins: Arc<Logins>,
    /// Finishes logins.
    pub exchange: Arc<Exchange>,
    /// Shows, refreshes and ends connections.
    pub connections: Arc<Connections>,
    /// Shows all connections to an administrator.
    pub administration: Arc<Administration>,
    /// Reads from Snyk.
    pub snyk: Arc<SnykApi>,
    /// Rate limits by route.
    pub limits: Arc<RateLimits>,
    /// Counts the requests that are rejected.
    pub rejection_log: Arc<RejectionLog>,
    /// Answers readiness probes.
    pub readiness: Arc<Readiness>,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Arc<TrustedProxies>,
    /// Whether unused connections are refreshed before their refresh tokens end.
    pub refreshes_unused_connections: bool,
    /// Which background tasks are failing.
    pub task_health: Health,
    /// Work that must not be cancelled with its request, and that shutdown waits for.
    pub tasks: TaskTracker,
}

impl AppState {
    pub(super) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Returns the parts.
    #[must_use]
    pub fn parts(&self) -> &Parts {
        &self.0
    }
}

/// Lets a handler take a part of the state.
macro_rules! extractable {
    ($($field:ident: $type:ty),+ $(,)?) => {
        $(
            impl FromRef<AppState> for Arc<$type> {
                fn from_ref(state: &AppState) -> Self {
                    Self::clone(&state.0.$field)
                }
            }
        )+
    };
}

extractable! {
    app: App,
    sessions: Sessions,
    logins: Logins,
    exchange: Exchange,
    connections: Connections,
    administration: Administration,
    snyk: SnykApi,
    limits: RateLimits,
    readiness: Readiness,
    trusted_proxies: TrustedProxies,
}
