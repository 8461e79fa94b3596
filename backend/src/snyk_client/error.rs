//! Why a read of Snyk's API gave nothing.

use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use shared::callback;

use crate::{
    http::problem::ApiError,
    provider::{
        ProviderError, WholeAnswer, answer,
        retry::{self, IsTransient, retry_delay},
    },
    refresh::RefreshError,
};

/// Why a read of Snyk's API gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum SnykError {
    /// No token can be had for the connection.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    /// There was no answer, or none that can be used.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The connection has asked as much as Snyk allows; nothing was sent.
    #[error("the connection asks Snyk faster than Snyk allows")]
    TooFast {
        /// When to come again.
        after: Duration,
    },
    /// Snyk said no.
    #[error("Snyk answers {status} ({})", code.as_deref().unwrap_or("no code"))]
    Refused {
        /// The status.
        status: StatusCode,
        /// The word of Snyk's error catalogue.
        code: Option<String>,
        /// What happened, in Snyk's words.
        detail: Option<String>,
        /// When Snyk asks to come again.
        after: Option<Duration>,
        /// By which Snyk's support finds the request.
        request_id: Option<String>,
    },
    /// A list's cursor came again.
    #[error("Snyk’s list goes round in a circle")]
    CursorRepeats,
    /// A list goes on, and does not say where.
    #[error("Snyk’s list goes on where its link cannot be read")]
    NextLost,
    /// A list has more pages than any that is known.
    #[error("Snyk’s list does not end")]
    Endless,
}

impl IsTransient for SnykError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Provider(error) if error.is_transient())
    }
}

/// What of Snyk's error a log or a caller may read: a word of its catalogue.
fn word(code: &str) -> String {
    code.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(64)
        .collect()
}

impl SnykError {
    pub(super) fn refused(answer: &WholeAnswer, now: Timestamp) -> Self {
        let document = answer.error_document();
        Self::Refused {
            status: answer.status,
            code: document.code().map(word),
            detail: document.detail().map(callback::readable),
            after: retry_delay(&answer.headers, now),
            request_id: answer::request_id(&answer.headers).map(ToOwned::to_owned),
        }
    }
}

/// What a route of ours answers when it could not read, as the contract pairs status and code.
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
                // A token that was just renewed is refused: a person must connect again.
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
                status if retry::is_later(status) => Self::Provider(ProviderError::Later {
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
