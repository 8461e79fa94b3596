//! The port to the provider: exchange, refresh, revoke, read. [`snyk`] fills it.

pub mod answer;
pub mod http_client;
mod org_list;
pub mod region;
pub mod retry;
pub mod snyk;

use std::{fmt, time::Duration};

use async_trait::async_trait;
use http::StatusCode;
use shared::{api::connection::Context, pkce::CodeVerifier, problem::Code};

pub use self::{
    answer::{ApiAnswer, ApiBody, WholeAnswer},
    org_list::{NextPage, OrgList},
};
use crate::{
    connection::Grant,
    vault::secret::{AccessToken, RefreshToken},
};

/// What the provider did instead of what it was asked, by what it means for the token that was
/// presented.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// No byte of the request left: connection, name or TLS failed.
    #[error("the provider cannot be reached")]
    NotSent(#[source] reqwest::Error),
    /// The request left, and no answer came, or half of one: whether a token was consumed is
    /// unknown.
    #[error("the provider's answer was lost")]
    AnswerLost(#[source] Option<reqwest::Error>),
    /// An answer that says that it was done, and that cannot be read: what it gave is lost.
    #[error("the provider’s answer cannot be read")]
    Unreadable,
    /// An answer that says "later": 408, 429, 5xx.
    #[error("the provider asks to come again later (status {status})")]
    Later {
        /// The status.
        status: u16,
        /// What `Retry-After` says.
        after: Option<Duration>,
    },
    /// Another presentation of the same token is in flight (as ORY fosite says it).
    #[error("the provider speaks of a concurrent use")]
    ConcurrentUse,
    /// `invalid_grant` and its kin: what was presented is dead.
    #[error("the provider rejects what was presented ({error})")]
    GrantRejected {
        /// The error's id.
        error: String,
    },
    /// `invalid_client`, `unauthorized_client`: the operator's error.
    #[error(
        "the provider rejects this app's credentials ({error}): check CLIENT_ID and CLIENT_SECRET"
    )]
    ClientRejected {
        /// The error's id.
        error: String,
    },
    /// A refusal that is not Snyk's: an intermediary (RFC 9110 section 3.7), such as a gateway,
    /// answered, and nothing was consumed.
    #[error(
        "something between this app and Snyk refused a token request (status {status}, {from}): \
         check the proxies, gateways and firewalls in between, and SNYK_API_URL"
    )]
    Intermediary {
        /// The status.
        status: u16,
        /// What the answer tells of where it comes from.
        from: String,
    },
    /// An answer of no use, and not one that says that it was done: other errors.
    /// Of a read, whatever is no answer to it: redirects, too large.
    #[error("the provider's answer is of no use: {0}")]
    Unusable(String),
}

impl ProviderError {
    /// The status that a caller of ours gets.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotSent(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::AnswerLost(_) => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::BAD_GATEWAY,
        }
    }

    /// When the provider asks to come again.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Later { after, .. } => *after,
            _ => None,
        }
    }

    /// The code that a caller of ours gets.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::ClientRejected { .. } => Code::ProviderRejectedClient,
            _ => Code::ProviderUnavailable,
        }
    }
}

/// As whom a token acts, as far as the provider tells an app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// As whom the app acts.
    pub context: Option<Context>,
    /// The person's id, when it acts as one.
    pub user: Option<String>,
}

/// Why it was not read what a token reaches.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The API refuses the token.
    #[error("the API refuses the token")]
    Unauthorized,
    /// Anything else.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

/// The OAuth2 server and the API in use.
#[async_trait]
pub trait ProviderClient: fmt::Debug + Send + Sync {
    /// Exchanges a code, once (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
    async fn exchange(&self, code: String, verifier: &CodeVerifier)
    -> Result<Grant, ProviderError>;

    /// Presents a refresh token, once (RFC 6749 section 6).
    async fn refresh(&self, token: &RefreshToken) -> Result<Grant, ProviderError>;

    /// Revokes a refresh token (RFC 7009).
    async fn revoke(&self, token: &RefreshToken) -> Result<(), ProviderError>;

    /// Asks, once, as whom a token acts.
    async fn identity(&self, token: &AccessToken) -> Result<Identity, AccountError>;

    /// Asks, once, for the next page of the organizations that a token reaches, unless all of them
    /// are read. What is read stays when this fails, and when it is dropped.
    async fn next_orgs(&self, token: &AccessToken, list: &mut OrgList) -> Result<(), AccountError>;

    /// Reads from the API, once: `path_and_query` begins with `/rest/` or `/v1/`, and is of our
    /// making. The body comes as it is read.
    async fn get(
        &self,
        path_and_query: &str,
        token: &AccessToken,
    ) -> Result<ApiAnswer, ProviderError>;
}
