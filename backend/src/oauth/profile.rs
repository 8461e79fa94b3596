//! The description of a provider.

use std::time::Duration;

use http::StatusCode;
use url::Url;

use super::ClientAuth;

/// A provider's token endpoint, as data. [`Profile::new`] describes one that follows the RFCs;
/// others differ in some fields.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The provider's name in log lines.
    pub name: &'static str,
    /// The address that exchanges codes and refresh tokens (RFC 6749 section 3.2).
    pub token_endpoint: Url,
    /// The address that revokes tokens (RFC 7009 section 2).
    pub revocation_endpoint: Url,
    /// How the client authenticates itself.
    pub client_auth: ClientAuth,
    /// Further parameters of every exchange and refresh, such as `resource` (RFC 8707).
    pub token_parameters: Vec<(String, String)>,
    /// Further parameters of every revocation, such as `token_type_hint`.
    pub revocation_parameters: Vec<(String, String)>,
    /// The statuses with which the provider reports OAuth errors. A refusal with another one is an
    /// intermediary's: its body is not read, and it ends no connection.
    pub error_statuses: &'static [StatusCode],
    /// The meaning of errors where it differs from RFC 6749 section 5.2. The first that applies
    /// counts.
    pub errors: &'static [ErrorRule],
    /// The lifetime of an access token if the answer omits it.
    pub default_lifetime: Duration,
}

impl Profile {
    /// Describes a provider that follows RFC 6749 and RFC 7009.
    #[must_use]
    pub fn new(name: &'static str, token_endpoint: Url, revocation_endpoint: Url) -> Self {
        Self {
            name,
            token_endpoint,
            revocation_endpoint,
            client_auth: ClientAuth::SecretBasic,
            token_parameters: Vec::new(),
            revocation_parameters: Vec::new(),
            error_statuses: &[StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED],
            errors: &[],
            default_lifetime: Duration::from_hours(1),
        }
    }

    /// Returns the meaning of an OAuth error. `None` if it is not one.
    pub(super) fn meaning(&self, error: &str, description: &str) -> Option<Meaning> {
        let rules = self.errors.iter().chain(STANDARD_ERRORS);
        let mut applicable = rules.filter(|rule| rule.applies(error, description));
        applicable.next().map(|rule| rule.means)
    }
}

/// The meaning of an OAuth error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorRule {
    /// The error code.
    pub error: &'static str,
    /// A word of the description, in lower case, without which the rule does not apply.
    pub description: Option<&'static str>,
    /// The meaning.
    pub means: Meaning,
}

impl ErrorRule {
    /// Creates the rule for an error with any description.
    #[must_use]
    pub const fn new(error: &'static str, means: Meaning) -> Self {
        Self {
            error,
            description: None,
            means,
        }
    }

    fn applies(&self, error: &str, description: &str) -> bool {
        self.error == error
            && self
                .description
                .is_none_or(|word| description.to_ascii_lowercase().contains(word))
    }
}

/// The effect of an error on what was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The code or token is invalid.
    GrantRejected,
    /// The app's credentials are invalid.
    ClientRejected,
    /// Another presentation of the token is in flight.
    ConcurrentUse,
    /// The provider fails temporarily.
    Later,
    /// The request is wrong; nothing was consumed.
    Unusable,
}

/// The errors of RFC 6749 sections 4.1.2.1 and 5.2, and of RFC 7009 section 2.2.1.
const STANDARD_ERRORS: &[ErrorRule] = &[
    ErrorRule::new("invalid_grant", Meaning::GrantRejected),
    ErrorRule::new("invalid_client", Meaning::ClientRejected),
    ErrorRule::new("unauthorized_client", Meaning::ClientRejected),
    ErrorRule::new("server_error", Meaning::Later),
    ErrorRule::new("temporarily_unavailable", Meaning::Later),
    ErrorRule::new("invalid_request", Meaning::Unusable),
    ErrorRule::new("invalid_scope", Meaning::Unusable),
    ErrorRule::new("unsupported_grant_type", Meaning::Unusable),
    ErrorRule::new("access_denied", Meaning::Unusable),
    ErrorRule::new("unsupported_token_type", Meaning::Unusable),
];
