//! `POST /api/login`: the browser registers its login attempt. `GET /api/login`: reports whether
//! the browser kept the attempt's cookie.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The values that the browser generated for one attempt. The backend seals them into the attempt's
/// cookie.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LoginStart {
    /// The state, 256 random bits in base64url: a [`LoginState`](crate::login_state::LoginState).
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Za-z0-9_-]{43}$"))]
    pub state: String,
    /// The code verifier of RFC 7636, 256 random bits in base64url: a
    /// [`CodeVerifier`](crate::pkce::CodeVerifier).
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Za-z0-9_-]{43}$"))]
    pub code_verifier: String,
    /// Path to navigate to after the login, a [`ReturnPath`](crate::return_path::ReturnPath). An
    /// unusable path is replaced by `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// The id of the connection that the login replaces. This browser's session must be authorized
    /// for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconnect: Option<String>,
}

impl fmt::Debug for LoginStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginStart")
            .field("return_to", &self.return_to)
            .finish_non_exhaustive()
    }
}

/// Response of `GET /api/login`. A browser that has just begun a login and presents no attempt
/// blocks cookies. `navigator.cookieEnabled` does not detect this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginAttempts {
    /// Number of login-attempt cookies in the request.
    pub presented: usize,
}
