//! Classifies requests by endpoint.

use serde::{Deserialize, Serialize};

/// The endpoints, with the names that tests use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Endpoint {
    #[serde(rename = "any")]
    Any,
    #[serde(rename = "authorize")]
    Authorize,
    #[serde(rename = "token")]
    Token,
    #[serde(rename = "token.code")]
    TokenCode,
    #[serde(rename = "token.refresh")]
    TokenRefresh,
    #[serde(rename = "revoke")]
    Revoke,
    #[serde(rename = "rest")]
    Rest,
    #[serde(rename = "v1")]
    V1,
    #[serde(rename = "other")]
    Other,
}

impl Endpoint {
    /// Returns the endpoint of a request; `grant_type` is from its form, if it has one.
    pub(crate) fn of(path: &str, grant_type: Option<&str>) -> Self {
        match (path, grant_type) {
            ("/oauth2/authorize", _) => Self::Authorize,
            ("/oauth2/token", Some("authorization_code")) => Self::TokenCode,
            ("/oauth2/token", Some("refresh_token")) => Self::TokenRefresh,
            ("/oauth2/token", _) => Self::Token,
            ("/oauth2/revoke", _) => Self::Revoke,
            _ if path.starts_with("/rest/") => Self::Rest,
            _ if path.starts_with("/v1/") => Self::V1,
            _ => Self::Other,
        }
    }

    /// Returns the name of the endpoint.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Authorize => "authorize",
            Self::Token => "token",
            Self::TokenCode => "token.code",
            Self::TokenRefresh => "token.refresh",
            Self::Revoke => "revoke",
            Self::Rest => "rest",
            Self::V1 => "v1",
            Self::Other => "other",
        }
    }

    pub(super) fn covers(self, other: Self) -> bool {
        match self {
            Self::Any => true,
            Self::Token => matches!(other, Self::Token | Self::TokenCode | Self::TokenRefresh),
            _ => self == other,
        }
    }

    /// Returns whether the endpoint uses OAuth2's error format.
    pub(crate) fn is_oauth(self) -> bool {
        Self::Token.covers(self) || self == Self::Revoke
    }
}
