//! Verifies that a callback answers an attempt of this browser. The order of the checks is part of
//! the contract: state, age, binding, and only then the provider's answer (SEC-8, SEC-9).

use std::fmt;

use jiff::Timestamp;
use shared::{
    api::connection::LoginFinish,
    callback::{MAX_CODE, MAX_DESCRIPTION, MAX_WORD},
    login_state::LoginState,
    pkce::CodeVerifier,
    return_path::ReturnPath,
};

use crate::{
    attempt::{Binding, Presented},
    ids::{AttemptId, ConnectionId},
};

/// This server's side of the comparison.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The configuration that an attempt must have been made for.
    pub binding: Binding,
    /// The issuers that the provider may call itself by, without a trailing slash (RFC 9207).
    pub issuers: [&'a str; 2],
    /// The current time.
    pub now: Timestamp,
}

/// A verified attempt that has not been claimed yet. An exchange requires one.
#[derive(Debug)]
pub struct Verified {
    /// The name of the cookie that holds the attempt.
    pub cookie: String,
    /// The id of the attempt, by which it is claimed.
    pub attempt_id: AttemptId,
    /// The PKCE code verifier of the attempt.
    pub verifier: CodeVerifier,
    /// The path to continue at.
    pub return_to: ReturnPath,
    /// The connection that the login replaces.
    pub reconnects: Option<ConnectionId>,
    /// The provider's answer.
    pub answer: Answer,
}

/// The provider's answer.
pub enum Answer {
    /// A one-time authorization code.
    Code(String),
    /// No code.
    Refused(Refusal),
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Code(_) => "Code(redacted)",
            Self::Refused(_) => "Refused",
        })
    }
}

/// The reason why a verified attempt has no code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The user denied access, or the provider did so for them.
    AccessDenied,
    /// Another OAuth error (RFC 6749 section 4.1.2.1).
    Error {
        /// The error code.
        error: String,
        /// The description.
        description: Option<String>,
    },
    /// The answer is that of another issuer (RFC 9207).
    ForeignIssuer {
        /// The issuer, as the callback names it.
        named: String,
    },
}

/// The reason why a callback is rejected before its answer counts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// This browser presents no attempt of that state, or one for another configuration.
    #[error("the state is not that of an attempt of this browser")]
    StateMismatch,
    /// The attempt has expired.
    #[error("the login attempt is too old")]
    Expired {
        /// The name of its cookie, which is of no use any more.
        cookie: String,
    },
    /// The answer is neither a code nor an error.
    #[error("the callback holds neither a code nor an error")]
    Malformed,
}

/// Compares a callback with the attempt of this browser that `find` returns for its state.
///
/// # Errors
///
/// If the callback answers no live attempt of this browser, or holds no answer.
pub fn verify(
    expected: &Expected<'_>,
    find: impl FnOnce(&LoginState) -> Option<Presented>,
    finish: LoginFinish,
) -> Result<Verified, Rejected> {
    // No attempt has a state of another form.
    let state = LoginState::parse(&finish.state).map_err(|_| Rejected::StateMismatch)?;
    let presented = find(&state).ok_or(Rejected::StateMismatch)?;
    if !presented.attempt.state.is_same(&state) {
        return Err(Rejected::StateMismatch);
    }
    if presented.attempt.is_over(expected.now) {
        return Err(Rejected::Expired {
            cookie: presented.cookie,
        });
    }
    if presented.attempt.binding != expected.binding {
        return Err(Rejected::StateMismatch);
    }
    let is_foreign = |iss: &String| {
        let iss = iss.strip_suffix('/').unwrap_or(iss);
        !expected.issuers.contains(&iss)
    };
    let answer = match finish.iss.clone().filter(is_foreign) {
        // The attempt was answered, but not by the provider: it counts as used (SEC-6).
        Some(named) => Answer::Refused(Refusal::ForeignIssuer { named }),
        None => answer(finish)?,
    };
    Ok(Verified {
        cookie: presented.cookie,
        attempt_id: presented.attempt_id,
        verifier: presented.attempt.verifier,
        return_to: presented.attempt.return_to,
        reconnects: presented.attempt.reconnects,
        answer,
    })
}

/// Parses the provider's answer strictly: either a code or an error.
fn answer(finish: LoginFinish) -> Result<Answer, Rejected> {
    match (finish.code, finish.error) {
        (Some(code), None) if is_word(&code, MAX_CODE) => Ok(Answer::Code(code)),
        (None, Some(error)) if is_word(&error, MAX_WORD) => {
            let description = finish.error_description;
            if description
                .as_ref()
                .is_some_and(|text| text.chars().count() > MAX_DESCRIPTION)
            {
                return Err(Rejected::Malformed);
            }
            Ok(Answer::Refused(if error == "access_denied" {
                Refusal::AccessDenied
            } else {
                Refusal::Error { error, description }
            }))
        }
        _ => Err(Rejected::Malformed),
    }
}

fn is_word(text: &str, max: usize) -> bool {
    !text.is_empty() && text.len() <= max && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt::{Attempt, COUNTS_FOR};

    const STATE: &str = "sssssssssssssssssssssssssssssssssssssssssss";
    const APP: &str = "https://app.snyk.io";
    const API: &str = "https://api.snyk.io";

    fn began_at() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn binding() -> Binding {
        Binding::new(API, "client", "https://app.example/callback")
    }

    fn presented() -> Presented {
        Presented {
            attempt: Attempt {
                began_at: began_at(),
                binding: binding(),
                state: LoginState::parse(STATE).unwrap(),
                verifier: CodeVerifier::parse("v".repeat(43)).unwrap(),
                return_to: ReturnPath::home(),
                reconnects: None,
            },
            cookie: "attempt".to_owned(),
            attempt_id: AttemptId::from_stored("id".to_owned()),
        }
    }

    fn finish(change: impl FnOnce(&mut LoginFinish)) -> LoginFinish {
        let mut finish = LoginFinish {
            state: STATE.to_owned(),
            code: Some("code".to_owned()),
            iss: None,
            error: None,
            error_description: None,
        };
        change(&mut finish);
        finish
    }

    fn outcome(now: Timestamp, binding: Binding, finish: LoginFinish) -> Result<Answer, Rejected> {
        let expected = Expected {
            binding,
            issuers: [APP, API],
            now,
        };
        verify(&expected, |_| Some(presented()), finish).map(|verified| verified.answer)
    }

    fn refusal(finish: LoginFinish) -> Refusal {
        match outcome(began_at(), binding(), finish) {
            Ok(Answer::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn sec_8_state_then_age_then_binding_then_the_answer() {
        let late = began_at().saturating_add(COUNTS_FOR * 2).unwrap();
        let other = Binding::new(API, "another client", "https://app.example/callback");
        let broken = |finish: &mut LoginFinish| finish.code = None;
        let foreign_state = |finish: &mut LoginFinish| {
            finish.state = "t".repeat(43);
            broken(finish);
        };
        let expired = Rejected::Expired {
            cookie: "attempt".to_owned(),
        };
        for (now, binding, finish, expected) in [
            (late, other, finish(foreign_state), Rejected::StateMismatch),
            (late, other, finish(broken), expired),
            (began_at(), other, finish(broken), Rejected::StateMismatch),
            (began_at(), binding(), finish(broken), Rejected::Malformed),
        ] {
            assert_eq!(outcome(now, binding, finish).unwrap_err(), expected);
        }
        assert!(matches!(
            outcome(began_at(), binding(), finish(|_| {})),
            Ok(Answer::Code(code)) if code == "code"
        ));
    }

    #[test]
    fn sec_8_without_an_attempt_nothing_counts() {
        let expected = Expected {
            binding: binding(),
            issuers: [APP, API],
            now: began_at(),
        };
        for state in [STATE, "", "not a state"] {
            let finish = finish(|finish| finish.state = state.to_owned());
            let verified = verify(&expected, |_| None, finish);
            assert_eq!(verified.unwrap_err(), Rejected::StateMismatch, "{state}");
        }
    }

    #[test]
    fn sec_6_an_answer_without_a_code_is_told_apart() {
        let with = |error: &str, description: Option<&str>| {
            finish(|finish| {
                finish.code = None;
                finish.error = Some(error.to_owned());
                finish.error_description = description.map(ToOwned::to_owned);
            })
        };
        assert_eq!(refusal(with("access_denied", None)), Refusal::AccessDenied);
        assert_eq!(
            refusal(with("invalid_scope", Some("no"))),
            Refusal::Error {
                error: "invalid_scope".to_owned(),
                description: Some("no".to_owned())
            }
        );
        for (iss, is_foreign) in [
            (APP, false),
            ("https://app.snyk.io/", false),
            (API, false),
            ("https://app.snyk.io//", true),
            ("https://evil.example", true),
            ("", true),
        ] {
            let finish = finish(|finish| finish.iss = Some(iss.to_owned()));
            let answer = outcome(began_at(), binding(), finish).unwrap();
            let refused = matches!(answer, Answer::Refused(Refusal::ForeignIssuer { .. }));
            assert_eq!(refused, is_foreign, "{iss}");
        }
    }

    #[test]
    fn an_answer_is_a_code_or_an_error_within_its_bounds() {
        let long = |length| Some("x".repeat(length));
        let wrong: [fn(&mut LoginFinish); 5] = [
            |finish| finish.code = Some(String::new()),
            |finish| finish.code = Some("a\nb".to_owned()),
            |finish| finish.error = Some("both".to_owned()),
            |finish| finish.code = Some("x".repeat(MAX_CODE + 1)),
            |finish| {
                finish.code = None;
                finish.error = Some("x".repeat(MAX_WORD + 1));
            },
        ];
        for change in wrong {
            let answer = outcome(began_at(), binding(), finish(change));
            assert_eq!(answer.unwrap_err(), Rejected::Malformed);
        }
        let described = finish(|finish| {
            finish.code = None;
            finish.error = long(MAX_WORD);
            finish.error_description = long(MAX_DESCRIPTION + 1);
        });
        let answer = outcome(began_at(), binding(), described);
        assert_eq!(answer.unwrap_err(), Rejected::Malformed);
    }
}
