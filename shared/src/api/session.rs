//! `GET /api/session`: the session state and the app's metadata.

use serde::{Deserialize, Serialize};

use crate::{api::connection::Connection, scope::Scopes};

/// The response of `GET /api/session`, the only request that the page makes at startup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// The app's metadata.
    pub app: App,
    /// The connections that this browser's session is authorized for; empty when signed out.
    pub connections: Vec<Connection>,
}

/// The app's metadata and the parameters of a login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct App {
    /// The app's display name.
    pub name: String,
    /// The app's client id at Snyk.
    pub client_id: String,
    /// The provider's authorization endpoint, to which a login redirects the browser.
    pub authorization_endpoint: String,
    /// The origin at which the page is served. A login that begins at another origin cannot be
    /// completed.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub origin: String,
    /// The redirect URI, byte for byte as registered at the provider.
    pub redirect_uri: String,
    /// The scopes that a login requests.
    pub scopes: Scopes,
    /// Snyk's region, for instance `us-01`; `sandbox` or `custom` if endpoints were overridden.
    pub region: String,
    /// Whether the provider is the local sandbox.
    pub sandbox: bool,
}
