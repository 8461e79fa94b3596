//! Whether what came back answers this browser's attempt (pure). The order is the contract: state,
//! age, what it was made for; only then is the answer looked at (SEC-8, SEC-9).

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

/// What this server is, to compare an attempt with.
#[derive(Debug)]
pub(super) struct Expected<'a> {
    pub(super) vault: &'a Vault,
    pub(super) cookies: Cookies,
    pub(super) binding: Binding,
    pub(super) now: Timestamp,
    pub(super) provider: &'a Provider,
}

/// An attempt that was verified and not claimed yet. There is no other way to an exchange.
#[derive(Debug)]
pub(super) struct Verified {
    /// The cookie that held it.
    pub(super) cookie: String,
    /// What it is claimed by.
    pub(super) claim: String,
    /// The attempt's verifier.
    pub(super) verifier: CodeVerifier,
    /// Where to go on to.
    pub(super) return_to: ReturnPath,
    /// The connection whose place the login is to take.
    pub(super) reconnects: Option<String>,
    /// What the provider said.
    pub(super) answer: Answer,
}

/// What the provider said.
pub(super) enum Answer {
    /// A one-time code.
    Code(String),
    /// A refusal.
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

/// Why a callback is none of this browser's, with the cookie of its attempt if that has ended.
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
    // A state of another form is nobody's attempt.
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
        // Somebody answered this attempt, and it was not the provider: it is used up (SEC-6).
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

/// What the provider said, strictly: a code or an error.
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
