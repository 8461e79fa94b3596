//! `POST /api/login`: the browser hands its attempt over. `GET /api/login`: whether the browser kept
//! the cookie that came back.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the browser made for one attempt. The backend seals it into that attempt's cookie.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginStart {
    /// See [`LoginState`](crate::login_state::LoginState).
    pub state: String,
    /// See [`CodeVerifier`](crate::pkce::CodeVerifier).
    pub code_verifier: String,
    /// Where to go on to afterwards; see [`ReturnPath`](crate::return_path::ReturnPath). An unusable
    /// one becomes `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// The id of the connection whose place the login is to take; one that this browser's session
    /// reaches.
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

/// Answer of `GET /api/login`. A browser that has just begun a login and presents no attempt blocks
/// cookies: `navigator.cookieEnabled` does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginAttempts {
    /// How many cookies of login attempts came with the request.
    pub presented: usize,
}
