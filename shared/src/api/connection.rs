//! The wire type of a connection, and the bodies of `POST /api/connections`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::scope::Scopes;

/// Response header of `DELETE /api/connections/{id}`: `done` when the provider has revoked the
/// tokens, `pending` when the provider was unreachable and the revocation is queued for retry.
pub const REVOCATION: &str = "revocation";

/// One authorization of this app at Snyk. Never contains a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Connection {
    /// The app's own id of the connection.
    pub id: String,
    /// Whether the connection can be used.
    pub status: Status,
    /// The principal as which the app acts; null when Snyk does not report it.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub context: Option<Context>,
    /// The organizations that the connection has access to, as far as they have been read.
    pub orgs: Vec<Org>,
    /// Whether `orgs` is complete. If not, the remaining organizations are being read.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub orgs_complete: bool,
    /// The granted scopes.
    pub scopes: Scopes,
    /// The scopes that were requested but not granted.
    pub missing_scopes: Scopes,
    /// Time of the last connect or reconnect by a person, RFC 3339.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub connected_at: String,
    /// Expiry of the access token, RFC 3339.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub access_token_expires_at: String,
    /// Expiry of the refresh token, RFC 3339; null when Snyk does not report it.
    #[cfg_attr(feature = "openapi", schema(required = true, format = DateTime))]
    pub refresh_token_expires_at: Option<String>,
    /// Time of the last refresh of the token pair, RFC 3339.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub refreshed_at: String,
    /// Number of times the token pair has been refreshed.
    pub generation: u64,
}

/// Default of `orgs_complete`. An older server, which does not send the member, sent complete lists
/// only.
fn yes() -> bool {
    true
}

/// The status of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The tokens are valid as far as the app knows.
    Active,
    /// The tokens are dead; a person must connect again.
    ReconnectNeeded,
}

/// The principal as which the app acts at Snyk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Context {
    /// A bot of the organization or group.
    Tenant,
    /// The person who connected.
    User,
}

/// A Snyk organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Org {
    /// Snyk's id of the organization.
    pub id: String,
    /// The name as Snyk returns it. This is text, never markup.
    pub name: String,
    /// The short name in URLs at Snyk.
    pub slug: String,
    /// The name of the group that the organization belongs to; absent when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub group: Option<String>,
}

/// The parameters that the provider sent to the redirect URI, forwarded by the browser: either
/// `code` or `error`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LoginFinish {
    /// The returned state.
    pub state: String,
    /// The authorization code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The error code (RFC 6749 section 4.1.2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The provider's description of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
    /// The provider's issuer identifier, if present (RFC 9207).
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

/// The response of a completed login.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Connected {
    /// The new or reconnected connection.
    pub connection: Connection,
    /// The path of this app to navigate to next.
    pub return_to: String,
}

/// Returns the name of the group that a connection is for, which was chosen at Snyk. A person is asked
/// for no choice there, and reaches the organizations of a group by chance.
#[must_use]
pub fn group_name(context: Option<Context>, orgs: &[Org]) -> Option<&str> {
    let (one, rest) = orgs.split_first()?;
    let is_for_group = context == Some(Context::Tenant)
        && !rest.is_empty()
        && rest.iter().all(|org| org.group == one.group);
    one.group.as_deref().filter(|_| is_for_group)
}
