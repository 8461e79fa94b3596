//! A connection as the browser sees it, and the bodies of `POST /api/connections`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::scope::Scopes;

/// Response header of `DELETE /api/connections/{id}`: `done` when the provider has revoked the
/// tokens, `pending` when it could not be told yet and is told later.
pub const REVOCATION: &str = "revocation";

/// One authorization of this app at Snyk. Holds no token, ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Our id of it.
    pub id: String,
    /// Whether it works.
    pub status: Status,
    /// As whom the app acts; `None` when Snyk does not say.
    pub context: Option<Context>,
    /// The organizations that it reaches, as far as they were read.
    pub orgs: Vec<Org>,
    /// Whether these are all of them. If not, the rest is being read.
    #[serde(default = "yes")]
    pub orgs_complete: bool,
    /// The scopes that were granted.
    pub scopes: Scopes,
    /// The scopes that were asked for and not granted.
    pub missing_scopes: Scopes,
    /// When a person last connected it, RFC 3339.
    pub connected_at: String,
    /// When the access token ends, RFC 3339.
    pub access_token_expires_at: String,
    /// When the refresh token ends, RFC 3339; `None` when Snyk does not say.
    pub refresh_token_expires_at: Option<String>,
    /// When the token pair was last replaced, RFC 3339.
    pub refreshed_at: String,
    /// How many times the token pair has been replaced.
    pub generation: u64,
}

/// A server of before, beside a newer page, told of what was complete alone.
fn yes() -> bool {
    true
}

/// Whether a connection works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its tokens are alive as far as we know.
    Active,
    /// Its tokens are dead; a person must connect again.
    ReconnectNeeded,
}

/// As whom the app acts at Snyk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    /// As a bot of the organization or group.
    Tenant,
    /// As the person who connected.
    User,
}

/// A Snyk organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Org {
    /// Snyk's id.
    pub id: String,
    /// Its name, as Snyk writes it: text, never markup.
    pub name: String,
    /// Its short name in addresses at Snyk.
    pub slug: String,
}

/// What the provider sent to the redirect URI, handed over: either `code`, or `error`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginFinish {
    /// The state that came back.
    pub state: String,
    /// The one-time code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The error's id (RFC 6749 section 4.1.2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The provider's text about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
    /// The provider's issuer, when it names itself (RFC 9207).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
}

impl fmt::Debug for LoginFinish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginFinish")
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

/// The login is done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Connected {
    /// What was connected.
    pub connection: Connection,
    /// Where to go on to: a path of ours.
    pub return_to: String,
}
