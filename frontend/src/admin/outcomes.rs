//! What is said when an administrator is not signed in, or no longer.

use shared::problem::Code;

use crate::{
    answer::Failure,
    messages::{self, Action, Outcome, Sign, TRY_AGAIN, Tone},
};

/// The command that makes a link.
pub const COMMAND: &str = "snyk-app admin-link";

/// Returns whether a failure means that the session of the administrator has ended.
#[must_use]
pub fn is_signed_out(failure: &Failure) -> bool {
    matches!(failure, Failure::Problem(problem) if problem.code == Code::NotSignedIn)
}

/// Returns what is said about a link that was refused for good; `None` if it can still be used.
#[must_use]
pub fn refused(failure: &Failure) -> Option<Outcome> {
    let Failure::Problem(problem) = failure else {
        return None;
    };
    let (sign, title, text) = match problem.code {
        Code::LoginUsed => (
            Sign::Minus,
            "This link has been used",
            "It works only once. If you did not use it, tell the people who run the server. Make a new one there:",
        ),
        Code::LoginExpired => (
            Sign::Clock,
            "This link has expired",
            "It works for ten minutes. Make a new one where the server runs:",
        ),
        Code::Forbidden | Code::BadRequest | Code::NotFound => (
            Sign::Stop,
            "This link doesn’t work",
            "It may have been cut off when it was copied. Make a new one where the server runs:",
        ),
        _ => return None,
    };
    Some(Outcome {
        sign,
        code: Some(problem.code),
        request_id: problem.request_id.clone(),
        ..Outcome::new(Tone::Neutral, title.to_owned(), text.to_owned())
    })
}

/// Returns what is said without a link and without a session.
#[must_use]
pub fn no_link() -> Outcome {
    let text = "Administrators sign in with a link. It works once, within ten minutes. Make one where the server runs, and open it in this browser:";
    Outcome {
        sign: Sign::Stop,
        ..Outcome::new(Tone::Neutral, "Administration".to_owned(), text.to_owned())
    }
}

/// Returns what is said after the session has ended by itself.
#[must_use]
pub fn ended() -> Outcome {
    let text = "Sessions of administrators are short. To continue, make a new link where the server runs, and open it in this browser:";
    let title = "Your administrator session has ended";
    Outcome::new(Tone::Neutral, title.to_owned(), text.to_owned())
}

/// Returns what is said after the administrator has left.
#[must_use]
pub fn left() -> Outcome {
    let text = "To come back, make a new link where the server runs, and open it in this browser:";
    Outcome {
        sign: Sign::Minus,
        ..Outcome::new(
            Tone::Neutral,
            "You have left the administration".to_owned(),
            text.to_owned(),
        )
    }
}

/// Returns what is said about a failed request. What the app's own pages say about logins does not
/// hold here.
#[must_use]
pub fn of(failure: &Failure, app: &str) -> Outcome {
    let mut outcome = messages::of(failure, app);
    if let Failure::Problem(problem) = failure {
        match problem.code {
            // Nothing here is tried again without a press.
            Code::Unavailable => {
                "It usually passes within a minute.".clone_into(&mut outcome.text);
            }
            Code::RateLimited => {
                "Too many requests were sent. Wait a minute, then try again."
                    .clone_into(&mut outcome.text);
                outcome.acts = vec![TRY_AGAIN];
            }
            Code::BadRequest => {
                "This is our fault, not yours. Reload the page.".clone_into(&mut outcome.text);
                outcome.acts = vec![Action::Reload];
            }
            Code::NotFound => {
                "Install not found".clone_into(&mut outcome.title);
                "Its record was deleted, or the link is incomplete.".clone_into(&mut outcome.text);
            }
            _ => {}
        }
    }
    outcome.acts.retain(|act| {
        matches!(
            act,
            Action::Again(_) | Action::Reload | Action::Copy(_) | Action::Open(_)
        )
    });
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(code: Code) -> Failure {
        Failure::Problem(Box::new(messages::local(code)))
    }

    #[test]
    fn a_link_that_is_refused_for_good_is_told_why() {
        for (code, title) in [
            (Code::LoginUsed, "This link has been used"),
            (Code::LoginExpired, "This link has expired"),
            (Code::Forbidden, "This link doesn’t work"),
        ] {
            assert_eq!(refused(&problem(code)).unwrap().title, title);
        }
        // The link has not been used.
        for failure in [
            problem(Code::Unavailable),
            problem(Code::RateLimited),
            Failure::Offline,
            Failure::TimedOut,
        ] {
            assert_eq!(refused(&failure), None, "{failure}");
        }
    }

    #[test]
    fn no_failure_offers_a_login_of_a_person_or_promises_another_try() {
        for code in Code::ALL {
            let outcome = of(&problem(*code), "Fathom");
            let is_login = |act: &Action| matches!(act, Action::Connect(_) | Action::Home(_));
            assert!(!outcome.acts.iter().any(is_login), "{code}");
            assert!(!outcome.text.contains("automatically") || *code == Code::ProviderUnavailable);
        }
        assert!(is_signed_out(&problem(Code::NotSignedIn)));
        assert!(!is_signed_out(&problem(Code::Forbidden)));
    }
}
