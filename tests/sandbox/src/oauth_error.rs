//! OAuth2 errors (RFC 6749 sections 4.1.2.1 and 5.2) with the texts of ORY fosite, which is the
//! source of the only error text that Snyk publishes.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, PRAGMA};
use serde_json::json;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    UnsupportedGrantType,
    UnsupportedResponseType,
    AccessDenied,
    ServerError,
}

impl Kind {
    /// Returns the error code on the wire.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidScope => "invalid_scope",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::InvalidClient => StatusCode::UNAUTHORIZED,
            Self::AccessDenied => StatusCode::FORBIDDEN,
            Self::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::InvalidRequest => {
                "The request is missing a required parameter, includes an invalid parameter value, \
                 includes a parameter more than once, or is otherwise malformed."
            }
            Self::InvalidClient => {
                "Client authentication failed (e.g., unknown client, no client authentication \
                 included, or unsupported authentication method)."
            }
            Self::InvalidGrant => {
                "The provided authorization grant (e.g., authorization code, resource owner \
                 credentials) or refresh token is invalid, expired, revoked, does not match the \
                 redirection URI used in the authorization request, or was issued to another \
                 client."
            }
            Self::InvalidScope => "The requested scope is invalid, unknown, or malformed.",
            Self::UnsupportedGrantType => {
                "The authorization grant type is not supported by the authorization server."
            }
            Self::UnsupportedResponseType => {
                "The authorization server does not support obtaining a token using this method."
            }
            Self::AccessDenied => "The resource owner or authorization server denied the request.",
            Self::ServerError => {
                "The authorization server encountered an unexpected condition that prevented it \
                 from fulfilling the request."
            }
        }
    }
}

/// An error with a hint that follows its text.
#[derive(Debug, Clone)]
pub(crate) struct OAuthError {
    pub(crate) kind: Kind,
    hint: String,
}

impl OAuthError {
    /// Creates an error of this kind; `hint` says what to check and may be empty.
    pub(crate) fn new(kind: Kind, hint: impl Into<String>) -> Self {
        Self {
            kind,
            hint: hint.into(),
        }
    }

    /// Returns the `error_description`.
    pub(crate) fn description(&self) -> String {
        format!("{} {}", self.kind.text(), self.hint)
            .trim_end()
            .to_owned()
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        (
            self.kind.status(),
            [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")],
            Json(json!({
                "error": self.kind.word(),
                "error_description": self.description(),
            })),
        )
            .into_response()
    }
}
