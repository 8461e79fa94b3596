//! The port to the provider: exchange, refresh, revoke, read. [`snyk`] implements it.

pub mod answer;
pub mod http_client;
mod org_list;
pub mod retry;
pub mod snyk;

use std::{fmt, time::Duration};

use async_trait::async_trait;
use http::StatusCode;
use shared::{pkce::CodeVerifier, problem::Code};

pub use domain::connection::Identity;
use domain::{
    connection::Grant,
    vault::secret::{AccessToken, RefreshToken},
};

pub use self::{
    answer::{ApiAnswer, ApiBody, WholeAnswer},
    org_list::{NextPage, OrgList},
};

/// The failure of a request to the provider, classified by its effect on the token that was
/// presented.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// No byte of the request was sent: the connection, name resolution or TLS failed.
    #[error("the provider cannot be reached")]
    NotSent(#[source] reqwest::Error),
    /// The request was sent, and no answer or only a part of one arrived: it is unknown whether a
    /// token was consumed.
    #[error("the provider's answer was lost")]
    AnswerLost(#[source] Option<reqwest::Error>),
    /// A successful answer that cannot be parsed: the tokens in it are lost.
    #[error("the provider’s answer cannot be read")]
    Unreadable,
    /// A temporary failure: 408, 425, 429, 5xx.
    #[error("the provider asks to come again later (status {status})")]
    Later {
        /// The status.
        status: u16,
        /// The delay in `Retry-After`.
        after: Option<Duration>,
    },
    /// Another presentation of the same token is in flight (reported as ORY fosite does).
    #[error("the provider speaks of a concurrent use")]
    ConcurrentUse,
    /// `invalid_grant` and similar errors: what was presented is invalid.
    #[error("the provider rejects what was presented ({error})")]
    GrantRejected {
        /// The OAuth error code.
        error: String,
    },
    /// `invalid_client`, `unauthorized_client`: the app's credentials are wrong.
    #[error(
        "the provider rejects this app's credentials ({error}): check CLIENT_ID and CLIENT_SECRET"
    )]
    ClientRejected {
        /// The OAuth error code.
        error: String,
    },
    /// A refusal that is not Snyk's: an intermediary (RFC 9110 section 3.7), such as a gateway,
    /// answered. Nothing was consumed.
    #[error(
        "something between this app and Snyk refused a token request (status {status}, {from}): \
         check the proxies, gateways and firewalls in between, and SNYK_API_URL"
    )]
    Intermediary {
        /// The status.
        status: u16,
        /// The origin of the answer, according to its headers.
        from: String,
    },
    /// An answer that is unusable and does not report success, such as another OAuth error. For a
    /// read, any answer that is not one to it, such as a redirect or one that is too large.
    #[error("the provider's answer is of no use: {0}")]
    Unusable(String),
}

impl ProviderError {
    /// Returns the status for the caller of this server.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotSent(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::AnswerLost(_) => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::BAD_GATEWAY,
        }
    }

    /// Returns the delay that the provider requests, if any.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Later { after, .. } => *after,
            _ => None,
        }
    }

    /// Returns the problem code for the caller of this server.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::ClientRejected { .. } => Code::ProviderRejectedClient,
            _ => Code::ProviderUnavailable,
        }
    }
}

/// The reasons why the account of a token could not be read.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The API rejects the token.
    #[error("the API refuses the token")]
    Unauthorized,
    /// Anything else.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

/// A client for the provider's OAuth server and API.
#[async_trait]
pub trait ProviderClient: fmt::Debug + Send + Sync {
    /// Sends one exchange of a code (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
    async fn exchange(&self, code: String, verifier: &CodeVerifier)
    -> Result<Grant, ProviderError>;

    /// Sends one refresh with a refresh token (RFC 6749 section 6).
    async fn refresh(&self, token: &RefreshToken) -> Result<Grant, ProviderError>;

    /// Revokes a refresh token (RFC 7009).
    async fn revoke(&self, token: &RefreshToken) -> Result<(), ProviderError>;

    /// Sends one read of the identity that a token acts as.
    async fn identity(&self, token: &AccessToken) -> Result<Identity, AccountError>;

    /// Sends one read of the next page of a token's organizations, unless the list is complete.
    /// What has been read is kept if this fails or is cancelled.
    async fn next_orgs(&self, token: &AccessToken, list: &mut OrgList) -> Result<(), AccountError>;

    /// Sends one read to the API. `path_and_query` begins with `/rest/` or `/v1/`, and was built by
    /// this server. The body is streamed.
    async fn get(
        &self,
        path_and_query: &str,
        token: &AccessToken,
    ) -> Result<ApiAnswer, ProviderError>;
}
