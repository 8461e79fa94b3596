//! `/api/admin/…`: what an administrator sees of every install.
//!
//! An administrator signs in by a link that `snyk-app admin-link` prints. The session is of a kind of
//! its own, with a cookie of its own; it authorizes for these routes and for nothing else, and the
//! session of a person does not authorize for them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::connection::Context;
use crate::scope::Scopes;

/// Maximum number of rows in a page of a list, and its default.
pub const MAX_PAGE: u32 = 100;

/// How many days before the end of a refresh token an install counts as ending.
pub const ENDING_WITHIN_DAYS: u32 = 14;

/// The body of `POST /api/admin/session`, which uses a link up.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AdminLogin {
    /// The secret part of the link: everything after `#` of `/admin#…`.
    pub link: String,
}

impl fmt::Debug for AdminLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminLogin").finish_non_exhaustive()
    }
}

/// The response of `GET` and `POST /api/admin/session`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminSession {
    /// Time at which the administrator is signed out, RFC 3339. Use does not move it.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub expires_at: String,
}

/// The response of `GET /api/admin/installs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Installs {
    /// A page of the installs that match, in the order that was asked for.
    pub installs: Vec<Install>,
    /// The parameter `cursor` of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub next: Option<String>,
    /// How many installs there are, whatever the search.
    pub totals: Totals,
}

/// How many installs have which status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Totals {
    /// [`InstallStatus::Active`] and [`InstallStatus::RefreshFailing`].
    pub active: u64,
    /// Of `active`, those whose latest refresh failed.
    pub refresh_failing: u64,
    /// [`InstallStatus::ReconnectNeeded`].
    pub reconnect_needed: u64,
    /// [`InstallStatus::Disconnected`].
    pub disconnected: u64,
    /// Of `active`, those whose refresh token expires within [`ENDING_WITHIN_DAYS`] days.
    pub ending: u64,
}

/// A connection as an administrator sees it. Never contains a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Install {
    /// The app's own id of the connection.
    pub id: String,
    /// The name of its group or of its first organization, as Snyk returns it; empty when nothing is
    /// known. This is text, never markup.
    pub name: String,
    /// Whether `name` is that of a group.
    pub is_group: bool,
    /// Number of organizations that it has access to, as far as they have been read.
    pub orgs: u64,
    /// Its status.
    pub status: InstallStatus,
    /// The principal as which the app acts; null when Snyk does not report it.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub context: Option<Context>,
    /// The granted scopes.
    pub scopes: Scopes,
    /// Time of the last connect or reconnect by a person, RFC 3339.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub connected_at: String,
    /// Number of times the token pair has been refreshed.
    pub generation: u64,
    /// Time of the last refresh of the token pair, RFC 3339.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub refreshed_at: String,
    /// Expiry of the access token, RFC 3339; null when the tokens have been erased.
    #[cfg_attr(feature = "openapi", schema(required = true, format = DateTime))]
    pub access_token_expires_at: Option<String>,
    /// Expiry of the refresh token, RFC 3339; null when Snyk does not report it, or when the tokens
    /// have been erased.
    #[cfg_attr(feature = "openapi", schema(required = true, format = DateTime))]
    pub refresh_token_expires_at: Option<String>,
    /// Number of browsers that are signed in to it.
    pub browsers: u64,
}

/// The status of an install.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InstallStatus {
    /// The tokens are valid as far as the app knows.
    Active,
    /// As [`Self::Active`], but the latest refresh failed.
    RefreshFailing,
    /// The tokens are dead; a person must connect again.
    ReconnectNeeded,
    /// A person or an administrator disconnected it, or nobody reached it for too long; its tokens
    /// are erased.
    Disconnected,
}

/// By what installs are sorted: parameter `sort` of `GET /api/admin/installs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InstallSort {
    /// By name, A first.
    #[default]
    Name,
    /// By the last refresh, the latest first.
    Refreshed,
    /// By the expiry of the refresh token, the first to end first.
    Ending,
    /// By the last connect, the latest first.
    Connected,
}

/// The query of `GET /api/admin/installs`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstallQuery {
    /// Text that the name of the install or of one of its organizations contains, or that an id is;
    /// upper and lower case alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Only installs of this status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<InstallStatus>,
    /// The order.
    #[serde(default)]
    pub sort: InstallSort,
    /// [`Installs::next`] of the page before; of the same search, status and sort.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Maximum number of rows, 1 to [`MAX_PAGE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// The response of `GET /api/admin/activity`: the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Activity {
    /// A page of the events that match.
    pub events: Vec<Event>,
    /// The parameter `cursor` of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub next: Option<String>,
    /// How many days events are kept.
    pub kept_days: u32,
}

/// An entry of the activity log. Never contains a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Its id, which grows with time.
    pub id: String,
    /// When it happened, RFC 3339.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub at: String,
    /// The kind of the event.
    pub kind: EventKind,
    /// More of it in plain words, such as the cause of a failure; empty when there is none. It may
    /// contain text of Snyk or of a browser: this is text, never markup. Control characters are
    /// replaced by their pictures (U+2400 to U+2421).
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub detail: String,
    /// The id of the install that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub install: Option<String>,
    /// The name of that install at that time; empty when it is not known.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub install_name: String,
    /// The id of the request that caused it; absent for background work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub request_id: Option<String>,
}

/// What an entry of the activity log tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A person connected an organization or group.
    Connected,
    /// A person connected again what was connected already.
    Reconnected,
    /// A login was refused or failed; `detail` is the reason.
    LoginFailed,
    /// A token pair was replaced; `detail` names the generation.
    Refreshed,
    /// A refresh failed for now; `detail` is the reason.
    RefreshFailed,
    /// Snyk ended a connection, and a person must connect again; `detail` is the reason.
    ReconnectNeeded,
    /// A person disconnected.
    Disconnected,
    /// A connection that nobody reached was ended.
    Swept,
    /// A browser was signed out, by itself or by another one.
    SignedOut,
    /// A client reached a limit on requests or connections; `detail` names the client and the limit. At
    /// most one entry for each limit, client and minute, and 100 a minute with those of refused requests.
    LimitReached,
    /// Requests were refused for a reason of security, such as another origin; `detail` names the client
    /// and the reason. At most one entry for each reason, client and minute.
    RequestsRefused,
    /// The stored tokens of a connection cannot be decrypted with the keys of this server; at most one
    /// entry for each connection, server and hour.
    KeyFault,
    /// The file of the client secret was read again.
    SecretReread,
    /// An administrator signed in; `detail` names the session and the browser.
    AdminSignedIn,
    /// A link of an administrator was refused; `detail` is the reason.
    AdminRefused,
    /// An administrator left; `detail` names the session.
    AdminLeft,
    /// An administrator ended a connection; `detail` names the session.
    AdminDisconnected,
}

/// The query of `GET /api/admin/activity`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivityQuery {
    /// Only events of these kinds, separated by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<String>,
    /// Only events about this install.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install: Option<String>,
    /// [`Activity::next`] of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Maximum number of rows, 1 to [`MAX_PAGE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// The response of `GET /api/admin/settings`: what this server uses. Never contains a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settings {
    /// When the server started and read its configuration, RFC 3339.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub read_at: String,
    /// The settings, in the order in which they are shown.
    pub settings: Vec<Setting>,
    /// The client secret, which is not shown.
    pub client_secret: SecretState,
    /// The encryption at rest.
    pub encryption: EncryptionState,
    /// The scopes that are requested but that no install was granted; empty without active installs.
    pub scopes_never_granted: Scopes,
    /// Number of active installs.
    pub active: u64,
}

/// A setting and where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Setting {
    /// Which setting.
    pub key: SettingKey,
    /// Its value as text: an address, words separated by spaces, a number of seconds, `on` or `off`.
    pub value: String,
    /// The variable that it came from; null for the default.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub variable: Option<String>,
}

/// Which setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SettingKey {
    /// The client id.
    ClientId,
    /// The redirect URI.
    RedirectUri,
    /// The scopes that a login requests, separated by spaces.
    Scopes,
    /// The region, for instance `us-01`; `sandbox` or `custom`.
    Region,
    /// The base URL of Snyk's API.
    ApiUrl,
    /// Where browsers reach the backend.
    PublicUrl,
    /// The origin of the page.
    FrontendOrigin,
    /// Seconds without use after which a person is signed out.
    SessionIdle,
    /// Seconds after which a person is signed out in any case.
    SessionLifetime,
    /// `SQLite` or `PostgreSQL`.
    Database,
    /// Whether connections that nobody uses are refreshed before their refresh tokens expire.
    RefreshUnusedConnections,
    /// Whether requests are limited.
    RateLimits,
}

/// What is known of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretState {
    /// The variable that it came from.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub variable: Option<String>,
    /// When it was read, RFC 3339.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub read_at: String,
    /// When Snyk last accepted it in a token request of this server, RFC 3339; null if that was
    /// never the case since the start.
    #[cfg_attr(feature = "openapi", schema(required = true, format = DateTime))]
    pub accepted_at: Option<String>,
}

/// What is known of the keys of the encryption at rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EncryptionState {
    /// The id of the key that encrypts.
    pub key: String,
    /// Number of installs whose tokens are encrypted with it.
    pub installs: u64,
    /// Number of installs whose tokens need a previous key.
    pub installs_of_previous: u64,
    /// Number of previous keys that this server has.
    pub previous: u64,
}

/// Gives an enum the words of its values, as they are in the JSON. A value without a word does not
/// compile.
macro_rules! words {
    ($type:ident: $($value:ident = $word:literal),+ $(,)?) => {
        impl $type {
            /// Every value, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$value),+];

            /// Returns the word, as it is in the JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $word),+
                }
            }

            /// Returns the value with a word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

words! { InstallStatus:
    Active = "active",
    RefreshFailing = "refresh_failing",
    ReconnectNeeded = "reconnect_needed",
    Disconnected = "disconnected",
}

words! { InstallSort:
    Name = "name",
    Refreshed = "refreshed",
    Ending = "ending",
    Connected = "connected",
}

words! { EventKind:
    Connected = "connected",
    Reconnected = "reconnected",
    LoginFailed = "login_failed",
    Refreshed = "refreshed",
    RefreshFailed = "refresh_failed",
    ReconnectNeeded = "reconnect_needed",
    Disconnected = "disconnected",
    Swept = "swept",
    SignedOut = "signed_out",
    LimitReached = "limit_reached",
    RequestsRefused = "requests_refused",
    KeyFault = "key_fault",
    SecretReread = "secret_reread",
    AdminSignedIn = "admin_signed_in",
    AdminRefused = "admin_refused",
    AdminLeft = "admin_left",
    AdminDisconnected = "admin_disconnected",
}

words! { SettingKey:
    ClientId = "client_id",
    RedirectUri = "redirect_uri",
    Scopes = "scopes",
    Region = "region",
    ApiUrl = "api_url",
    PublicUrl = "public_url",
    FrontendOrigin = "frontend_origin",
    SessionIdle = "session_idle",
    SessionLifetime = "session_lifetime",
    Database = "database",
    RefreshUnusedConnections = "refresh_unused_connections",
    RateLimits = "rate_limits",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_the_one_of_the_json() {
        macro_rules! check {
            ($($type:ident),+) => {$(
                for one in $type::ALL {
                    assert_eq!(serde_json::to_value(one).unwrap(), one.as_str());
                    assert_eq!($type::from_word(one.as_str()), Some(*one));
                }
                assert_eq!($type::from_word("x"), None);
            )+};
        }
        check!(InstallStatus, InstallSort, EventKind, SettingKey);
    }
}
