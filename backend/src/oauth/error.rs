//! The failures of requests to a provider.

use std::time::Duration;

use http::StatusCode;
use shared::problem::Code;

use crate::http_client::{Cause, TransportError};

/// The failure of a request to the provider, classified by its effect on the token that was
/// presented.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// No byte of the request was sent: the connection, name resolution or TLS failed.
    #[error("the provider cannot be reached")]
    NotSent(#[source] Cause),
    /// The provider has not answered for a while, and nothing was sent.
    #[error("the provider does not answer, and is not asked for now")]
    CircuitOpen {
        /// The time until it is asked again.
        after: Duration,
    },
    /// The request was sent, and no answer or only a part of one arrived: it is unknown whether a
    /// token was consumed.
    #[error("the provider's answer was lost")]
    AnswerLost(#[source] Option<Cause>),
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
    /// A refusal that is not the provider's: an intermediary (RFC 9110 section 3.7), such as a
    /// gateway, answered. Nothing was consumed.
    #[error(
        "something between this app and the provider refused a token request (status {status}, \
         {from}): check the proxies, gateways and firewalls in between, and the provider's address"
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
            Self::NotSent(_) | Self::CircuitOpen { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::AnswerLost(_) => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::BAD_GATEWAY,
        }
    }

    /// Returns the delay that the provider requests, or the time until it is asked again, if any.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Later { after, .. } => *after,
            Self::CircuitOpen { after } => Some(*after),
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

impl From<TransportError> for ProviderError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::NotSent(cause) => Self::NotSent(cause),
            TransportError::AnswerLost(cause) => Self::AnswerLost(Some(cause)),
            TransportError::TooLarge { max } => {
                Self::Unusable(format!("it is larger than {max} bytes"))
            }
        }
    }
}
