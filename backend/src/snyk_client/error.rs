//! The errors of reads from Snyk's API.

use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use shared::callback;

use crate::{
    http::problem::ApiError,
    provider::{
        ProviderError, WholeAnswer, answer, retry::IsTransient,
        snyk::error_catalogue::sanitized_code,
    },
    refresh::RefreshError,
    retry_after::{is_later, retry_delay},
};

/// The reasons why a read from Snyk's API failed.
#[derive(Debug, thiserror::Error)]
pub enum SnykError {
    /// No access token is available for the connection.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    /// There was no answer, or no usable one.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The connection has reached its rate limit; nothing was sent.
    #[error("the connection asks Snyk faster than Snyk allows")]
    TooFast {
        /// The delay before the next request is allowed.
        after: Duration,
    },
    /// Snyk answered with an error status.
    #[error("Snyk answers {status} ({})", code.as_deref().unwrap_or("no code"))]
    Refused {
        /// The status.
        status: StatusCode,
        /// The error code of Snyk's catalogue.
        code: Option<String>,
        /// Snyk's description of the error.
        detail: Option<String>,
        /// The delay that Snyk requests.
        after: Option<Duration>,
        /// The id by which Snyk's support finds the request.
        request_id: Option<String>,
    },
    /// A list repeated a cursor.
    #[error("Snyk’s list goes round in a circle")]
    CursorRepeats,
    /// A list continues, but its link to the next page cannot be read.
    #[error("Snyk’s list goes on where its link cannot be read")]
    NextLost,
    /// A list has more pages than the limit.
    #[error("Snyk’s list does not end")]
    Endless,
}

impl IsTransient for SnykError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Provider(error) if error.is_transient())
    }
}

impl SnykError {
    pub(super) fn refused(answer: &WholeAnswer, now: Timestamp) -> Self {
        let document = answer.error_document();
        Self::Refused {
            status: answer.status,
            code: document.code().map(sanitized_code),
            detail: document.detail().map(callback::readable),
            after: retry_delay(&answer.headers, now),
            request_id: answer::request_id(&answer.headers).map(ToOwned::to_owned),
        }
    }
}

/// Maps the error to the problem that a route answers with; the contract pairs status and code.
impl From<SnykError> for ApiError {
    fn from(error: SnykError) -> Self {
        let why = error.to_string();
        match error {
            SnykError::Refresh(error) => Self::Refresh(error),
            SnykError::Provider(error) => Self::Provider(error),
            SnykError::TooFast { after } => Self::RateLimited { after },
            SnykError::CursorRepeats | SnykError::NextLost | SnykError::Endless => {
                Self::UnusableAnswer {
                    why,
                    snyk_request_id: None,
                }
            }
            SnykError::Refused {
                status,
                after,
                request_id: snyk_request_id,
                ..
            } => match status {
                // A token that was just refreshed is rejected: a person must connect again.
                StatusCode::UNAUTHORIZED => Self::Refresh(RefreshError::ReconnectNeeded),
                StatusCode::FORBIDDEN => {
                    Self::Forbidden("Snyk does not let this connection see that.")
                }
                StatusCode::NOT_FOUND | StatusCode::GONE => Self::NotFound,
                StatusCode::TOO_MANY_REQUESTS => Self::RateLimited {
                    after: after.unwrap_or(Duration::from_mins(1)),
                },
                StatusCode::SERVICE_UNAVAILABLE => Self::Edge {
                    status,
                    after,
                    snyk_request_id,
                },
                status if is_later(status) => Self::Provider(ProviderError::Later {
                    status: status.as_u16(),
                    after,
                }),
                _ => Self::UnusableAnswer {
                    why,
                    snyk_request_id,
                },
            },
        }
    }
}
