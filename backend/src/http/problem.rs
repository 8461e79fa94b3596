//! Converts errors to problem+json (RFC 9457). The response holds only what any client may read.
//! The details for the operator are logged once, with the request id.

mod detail;

use std::{error::Error, time::Duration};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use shared::problem::{Code, MEDIA_TYPE, Problem, UNUSABLE_ANSWER};

use super::rejection_log::{Rejection, TOO_MANY};
use crate::{provider::ProviderError, refresh::RefreshError, request_context, store::StoreError};

/// The reason why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The login attempt has expired. Attempts last ten minutes.
    #[error("the login attempt is too old")]
    LoginExpired,
    /// The login attempt was already used.
    #[error("the login attempt was used before")]
    LoginUsed,
    /// The browser has no login attempt with this state.
    #[error("the state is not that of an attempt of this browser")]
    StateMismatch,
    /// The callback names an issuer other than the configured provider (RFC 9207).
    #[error(
        "the callback came from the issuer {named}, and this app is set up for {expected}: check \
         SNYK_REGION, or SNYK_API_URL and SNYK_APP_URL"
    )]
    ForeignIssuer {
        /// The issuer in the callback, escaped for the log.
        named: String,
        /// The expected issuer.
        expected: String,
    },
    /// The user denied access, or Snyk did so for them.
    #[error("access was denied")]
    AccessDenied,
    /// The callback carries another OAuth error.
    #[error("the provider ended the login: {error}")]
    LoginRefused {
        /// The OAuth error code.
        error: String,
        /// The error description of the provider.
        description: Option<String>,
    },
    /// The provider rejected the authorization code.
    #[error("the provider rejected the code")]
    CodeRejected(#[source] ProviderError),
    /// A call to the provider failed.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// Snyk's API, or more often a gateway in front of it, is overloaded or blocks the request. The
    /// response keeps the status and discards the body.
    #[error("Snyk’s API, or something in front of it, answers {status}")]
    Edge {
        /// The status of the response.
        status: StatusCode,
        /// The requested retry delay.
        after: Option<Duration>,
        /// The request id that Snyk's support can look up.
        snyk_request_id: Option<String>,
    },
    /// Snyk's response cannot be passed on.
    #[error("Snyk’s answer is of no use: {why}")]
    UnusableAnswer {
        /// The reason.
        why: String,
        /// The request id that Snyk's support can look up.
        snyk_request_id: Option<String>,
    },
    /// No access token is available for this connection.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    /// The client exceeded a rate limit.
    #[error("too many requests")]
    RateLimited {
        /// The delay before the next request.
        after: Duration,
    },
    /// The request has no valid session.
    #[error("there is no session")]
    NotSignedIn,
    /// The request does not come from our own page or host.
    #[error("refused: {0}")]
    Forbidden(&'static str),
    /// The resource does not exist or belongs to another session. The two cases are
    /// indistinguishable.
    #[error("not found")]
    NotFound,
    /// The route does not support the method.
    #[error("the method is not allowed here")]
    MethodNotAllowed,
    /// The request is malformed. The text is shown to the client.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// The route does not accept the media type.
    #[error("the media type is not application/json")]
    UnsupportedMediaType,
    /// The head, the request target or the body is too large.
    #[error("too large ({0})")]
    TooLarge(StatusCode),
    /// The head did not arrive before its timeout.
    #[error("the request took too long to arrive")]
    TooSlow,
    /// A readiness probe failed for this reason.
    #[error("not ready: {0}")]
    NotReady(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An internal error.
    #[error("{0}")]
    Internal(String),
}

impl From<domain::random::NoRandomness> for ApiError {
    fn from(error: domain::random::NoRandomness) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<domain::vault::CannotSeal> for ApiError {
    fn from(error: domain::vault::CannotSeal) -> Self {
        Self::Internal(error.to_string())
    }
}

impl ApiError {
    /// Returns the status and the code that the API contract pairs with this error.
    #[must_use]
    pub fn status_and_code(&self) -> (StatusCode, Code) {
        match self {
            Self::LoginExpired => (StatusCode::GONE, Code::LoginExpired),
            Self::LoginUsed => (StatusCode::CONFLICT, Code::LoginUsed),
            Self::StateMismatch | Self::ForeignIssuer { .. } => {
                (StatusCode::BAD_REQUEST, Code::StateMismatch)
            }
            Self::AccessDenied => (StatusCode::FORBIDDEN, Code::AccessDenied),
            Self::LoginRefused { .. } => (StatusCode::BAD_REQUEST, Code::LoginRefused),
            Self::CodeRejected(_) => (StatusCode::BAD_REQUEST, Code::CodeRejected),
            Self::Provider(error) => (error.status(), error.code()),
            Self::Refresh(error) => match error {
                RefreshError::ReconnectNeeded => (StatusCode::CONFLICT, Code::ReconnectNeeded),
                RefreshError::Gone => (StatusCode::NOT_FOUND, Code::NotFound),
                RefreshError::Provider(error) => (error.status(), error.code()),
                RefreshError::Store(error) => store_status(error),
                RefreshError::Waiting => (StatusCode::GATEWAY_TIMEOUT, Code::ProviderUnavailable),
                RefreshError::Paused { .. } | RefreshError::Stopping => {
                    (StatusCode::SERVICE_UNAVAILABLE, Code::ProviderUnavailable)
                }
            },
            Self::Edge { status, .. } => (
                *status,
                match *status {
                    StatusCode::TOO_MANY_REQUESTS => Code::RateLimited,
                    StatusCode::FORBIDDEN => Code::Forbidden,
                    _ => Code::ProviderUnavailable,
                },
            ),
            Self::UnusableAnswer { .. } => (StatusCode::BAD_GATEWAY, Code::ProviderUnavailable),
            Self::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, Code::RateLimited),
            Self::NotSignedIn => (StatusCode::UNAUTHORIZED, Code::NotSignedIn),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, Code::Forbidden),
            Self::NotFound => (StatusCode::NOT_FOUND, Code::NotFound),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, Code::BadRequest),
            Self::BadRequest(_) => (StatusCode::BAD_REQUEST, Code::BadRequest),
            Self::UnsupportedMediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::BadRequest),
            Self::TooLarge(status) => (*status, Code::PayloadTooLarge),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, Code::BadRequest),
            Self::NotReady(_) => (StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable),
            Self::Store(error) => store_status(error),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, Code::Internal),
        }
    }

    /// Returns the problem that the client receives.
    pub(crate) fn problem(&self, request_id: String) -> Problem {
        let (status, code) = self.status_and_code();
        Problem {
            kind: match code {
                Code::ProviderUnavailable if self.is_unusable_answer() => UNUSABLE_ANSWER,
                _ => "about:blank",
            }
            .to_owned(),
            title: code.title().to_owned(),
            status: status.as_u16(),
            detail: self.detail(code),
            code,
            request_id,
            snyk_request_id: self.snyk_request_id().map(ToOwned::to_owned),
        }
    }

    /// Returns whether Snyk sent an unusable response, as opposed to one that asks to retry later.
    fn is_unusable_answer(&self) -> bool {
        let error: &ProviderError = match self {
            Self::UnusableAnswer { .. } => return true,
            Self::Provider(error) => error,
            Self::Refresh(RefreshError::Provider(error)) => error,
            _ => return false,
        };
        let is_retry_later = matches!(error, ProviderError::Later { .. });
        error.status() == StatusCode::BAD_GATEWAY && !is_retry_later
    }

    fn snyk_request_id(&self) -> Option<&str> {
        match self {
            Self::Edge {
                snyk_request_id, ..
            }
            | Self::UnusableAnswer {
                snyk_request_id, ..
            } => snyk_request_id.as_deref(),
            _ => None,
        }
    }

    fn retry_after(&self) -> Option<u64> {
        let after = match self {
            Self::RateLimited { after } | Self::Refresh(RefreshError::Paused { after }) => {
                Some(*after)
            }
            Self::Edge { after, .. } => *after,
            Self::Provider(error) => error.retry_after(),
            Self::Refresh(RefreshError::Provider(error)) => error.retry_after(),
            _ => None,
        };
        // Rounded up, so that a client that waits this long has waited long enough.
        let seconds = after.map(|after| after.as_secs() + u64::from(after.subsec_nanos() > 0));
        match self.status_and_code().0 {
            StatusCode::TOO_MANY_REQUESTS => Some(seconds.unwrap_or(60)),
            StatusCode::SERVICE_UNAVAILABLE => Some(seconds.unwrap_or(5)),
            _ => seconds,
        }
        .map(|seconds| seconds.max(1))
    }

    /// Returns the rejection, if a client can cause any number of errors of this kind.
    fn rejection(&self) -> Option<Rejection> {
        match self {
            Self::Forbidden(why) => Some((*why).into()),
            Self::RateLimited { .. } => Some(TOO_MANY.into()),
            Self::TooLarge(_) => Some("too large a request".into()),
            _ => None,
        }
    }

    /// Logs the error: internal errors as errors, security-relevant rejections as warnings.
    fn log(&self, status: StatusCode, code: Code) {
        let cause = self.source().map(format_chain).unwrap_or_default();
        let (status, code) = (status.as_u16(), code.as_str());
        if self.rejection().is_some() {
            // Counted and logged once a minute, since any client can cause any number of these.
            tracing::debug!(status, code, error = %self, "A request was refused");
            return;
        }
        if let Self::NotReady(why) = self {
            // Logged where the failure was detected, not for each probe.
            tracing::debug!(status, code, why, "A probe was told");
            return;
        }
        match self.status_and_code().1 {
            Code::Internal | Code::Unavailable | Code::ProviderRejectedClient => {
                tracing::error!(status, code, error = %self, cause, "A request failed");
            }
            Code::NotFound | Code::NotSignedIn | Code::BadRequest => {
                tracing::debug!(status, code, error = %self, cause, "A request was refused");
            }
            _ => tracing::warn!(status, code, error = %self, cause, "A request was refused"),
        }
    }
}

fn store_status(error: &StoreError) -> (StatusCode, Code) {
    match error {
        StoreError::Unreachable(_)
        | StoreError::DiskFull(_)
        | StoreError::DiskFails(_)
        | StoreError::Conflict(_)
        | StoreError::Moved
        | StoreError::TooSlow
        | StoreError::OutcomeUnknown(_)
        | StoreError::Sealed { .. } => (StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable),
        StoreError::Shared(error) => store_status(error),
        StoreError::Inconsistent { .. } | StoreError::CannotSeal(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, Code::Internal)
        }
    }
}

fn format_chain(mut cause: &dyn Error) -> String {
    let mut text = cause.to_string();
    while let Some(next) = cause.source() {
        text = format!("{text}: {next}");
        cause = next;
    }
    text
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code) = self.status_and_code();
        self.log(status, code);
        let problem = self.problem(request_context::current_id());
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response();
        response.extensions_mut().insert(problem);
        if let Some(rejection) = self.rejection() {
            response.extensions_mut().insert(rejection);
        }
        if matches!(self, Self::RateLimited { .. }) {
            // A client that exceeds a rate limit does not get a kept-alive connection.
            response
                .headers_mut()
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(seconds) = self.retry_after() {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
