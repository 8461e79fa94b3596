//! `GET /api/session`: who is signed in, and what the app is.

use serde::{Deserialize, Serialize};

use crate::{api::connection::Connection, scope::Scopes};

/// The one thing that the app asks at its start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// What the app is.
    pub app: App,
    /// The connections that this browser's session reaches; empty when signed out.
    pub connections: Vec<Connection>,
}

/// What the app is, and what a login needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// The name that people see.
    pub name: String,
    /// The app's client id at Snyk.
    pub client_id: String,
    /// Where a login sends the browser.
    pub authorization_endpoint: String,
    /// The origin that the page is served at: a login that begins at another one cannot be finished.
    #[serde(default)]
    pub origin: String,
    /// Where the provider sends it back to, byte for byte as registered.
    pub redirect_uri: String,
    /// The scopes that a login asks for.
    pub scopes: Scopes,
    /// Snyk's region, for instance `us-01`; `sandbox` or `custom` where addresses were overridden.
    pub region: String,
    /// Whether the provider is a practice one on this computer.
    pub sandbox: bool,
}
