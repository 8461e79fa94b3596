//! Verifies that a callback answers an attempt of this browser (pure). The order of the checks is
//! part of the contract: state, age, binding, and only then the provider's answer (SEC-8, SEC-9).

use http::HeaderMap;
use jiff::Timestamp;
use shared::{
    api::connection::LoginFinish,
    callback::{MAX_CODE, MAX_DESCRIPTION, MAX_WORD},
    login_state::LoginState,
    pkce::CodeVerifier,
    return_path::ReturnPath,
};

use crate::{
    http::{problem::ApiError, rejection_log::quoted},
    login::{attempt::Binding, cookie},
    provider::region::Provider,
    session::cookie::Cookies,
    vault::Vault,
};

/// This server's side of the comparison.
#[derive(Debug)]
pub(super) struct Expected<'a> {
    pub(super) vault: &'a Vault,
    pub(super) cookies: Cookies,
    pub(super) binding: Binding,
    pub(super) now: Timestamp,
    pub(super) provider: &'a Provider,
}

/// A verified attempt that has not been claimed yet. An exchange requires one.
#[derive(Debug)]
pub(super) struct Verified {
    /// The name of the cookie that holds the attempt.
    pub(super) cookie: String,
    /// The claim of the attempt.
    pub(super) claim: String,
    /// The PKCE code verifier of the attempt.
    pub(super) verifier: CodeVerifier,
    /// The path to continue at.
    pub(super) return_to: ReturnPath,
    /// The connection that the login replaces.
    pub(super) reconnects: Option<String>,
    /// The provider's answer.
    pub(super) answer: Answer,
}

/// The provider's answer.
pub(super) enum Answer {
    /// A one-time authorization code.
    Code(String),
    /// An error.
    Refused(ApiError),
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Code(_) => "Code(redacted)",
            Self::Refused(_) => "Refused",
        })
    }
}

/// The reason why a callback is rejected, with the cookie of its attempt if the attempt is over.
#[derive(Debug)]
pub(super) struct Rejected {
    pub(super) error: ApiError,
    pub(super) ended: Option<String>,
}

impl From<ApiError> for Rejected {
    fn from(error: ApiError) -> Self {
        Self { error, ended: None }
    }
}

/// Compares a callback with the attempt of this browser.
pub(super) fn verify(
    expected: &Expected<'_>,
    headers: &HeaderMap,
    finish: LoginFinish,
) -> Result<Verified, Rejected> {
    // No attempt has a state of another form.
    let state = LoginState::parse(&finish.state).map_err(|_| ApiError::StateMismatch)?;
    let presented = cookie::find(expected.vault, expected.cookies, headers, state.secret())
        .ok_or(ApiError::StateMismatch)?;
    if !presented.attempt.state.is_same(&state) {
        return Err(ApiError::StateMismatch.into());
    }
    if presented.attempt.is_over(expected.now) {
        return Err(Rejected {
            error: ApiError::LoginExpired,
            ended: Some(presented.name),
        });
    }
    if presented.attempt.binding != expected.binding {
        return Err(ApiError::StateMismatch.into());
    }
    let foreign = finish
        .iss
        .as_deref()
        .filter(|iss| !expected.provider.is_issuer(iss));
    let answer = if let Some(iss) = foreign {
        // The attempt was answered, but not by the provider: it counts as used (SEC-6).
        Answer::Refused(ApiError::ForeignIssuer {
            named: quoted(iss.as_bytes()),
            expected: expected.provider.app_url.clone(),
        })
    } else {
        answer(finish)?
    };
    Ok(Verified {
        cookie: presented.name,
        claim: presented.claim,
        verifier: presented.attempt.verifier,
        return_to: presented.attempt.return_to,
        reconnects: presented.attempt.reconnects,
        answer,
    })
}

/// Parses the provider's answer strictly: either a code or an error.
fn answer(finish: LoginFinish) -> Result<Answer, ApiError> {
    match (finish.code, finish.error) {
        (Some(code), None) if is_word(&code, MAX_CODE) => Ok(Answer::Code(code)),
        (None, Some(error)) if is_word(&error, MAX_WORD) => {
            let description = finish.error_description;
            if description
                .as_ref()
                .is_some_and(|text| text.chars().count() > MAX_DESCRIPTION)
            {
                return Err(malformed());
            }
            Ok(Answer::Refused(if error == "access_denied" {
                ApiError::AccessDenied
            } else {
                ApiError::LoginRefused { error, description }
            }))
        }
        _ => Err(malformed()),
    }
}

fn malformed() -> ApiError {
    ApiError::BadRequest("Send either a code or an error, as the provider sent it.".to_owned())
}

fn is_word(text: &str, max: usize) -> bool {
    !text.is_empty() && text.len() <= max && !text.chars().any(char::is_control)
}
