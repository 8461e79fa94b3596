//! The texts of failures.

use shared::{
    problem::Code,
    scope::meaning,
    snyk::error::{MAINTENANCE, TEST_LIMIT},
};

use super::{ReadFailure, Refusal};
use crate::{
    answer::Failure,
    connection_label::lower_first,
    messages::{self, Action, Outcome, TRY_AGAIN, Tone},
    times,
};

impl ReadFailure {
    /// Returns the message, for the app of this name. `what` is the requested object
    /// (`organization`), and `scope` the permission that the request requires.
    #[must_use]
    pub fn outcome(&self, app: &str, what: &str, scope: &str) -> Outcome {
        match self {
            Self::Request(failure) => of_request(failure, app, what),
            Self::Snyk(refusal) => refusal.outcome(app, what, scope),
        }
    }
}

/// Returns the message about a failed request: the one beside content that still works, but the
/// list is retried automatically.
fn of_request(failure: &Failure, app: &str, what: &str) -> Outcome {
    let mut outcome = messages::beside(failure, app, None).offering(vec![TRY_AGAIN]);
    outcome.code = None;
    match failure {
        Failure::Problem(problem) => match problem.code {
            Code::NotFound => (outcome.title, outcome.text) = not_there(what),
            Code::ProviderUnavailable => outcome.text = by_itself(app),
            Code::ProviderRejectedClient => outcome.acts.clear(),
            Code::BadRequest | Code::Forbidden => outcome.acts = vec![Action::Reload],
            _ => {}
        },
        Failure::Offline => outcome.text = format!("There was no answer. {}", by_itself(app)),
        Failure::TimedOut => outcome.text = format!("Check your connection. {}", by_itself(app)),
        Failure::Intercepted { status } => {
            outcome.text = format!("{} {}", outcome.text, by_itself(app));
            // A sign-in page opens only when the whole page is loaded again.
            if *status < 500 && *status != 429 {
                outcome.acts = vec![Action::Reload];
            }
        }
        Failure::Unreadable => {
            "The answer could not be loaded. Nothing was changed. Try again."
                .clone_into(&mut outcome.text);
        }
        // They occur only in logins.
        Failure::CookiesBlocked | Failure::WrongOrigin { .. } => {}
    }
    outcome
}

impl Refusal {
    fn outcome(&self, app: &str, what: &str, scope: &str) -> Outcome {
        let warn = |title: String, text: String, act| (Tone::Warn, title, text, Some(act));
        let (tone, title, text, act) = match (self.status, self.code.as_deref()) {
            (_, Some(TEST_LIMIT)) => (
                Tone::Warn,
                "The organization’s test limit at Snyk is used up".to_owned(),
                "Waiting won’t help.".to_owned(),
                None,
            ),
            (_, Some(MAINTENANCE)) => warn(
                "Snyk is under maintenance".to_owned(),
                "You can keep using what has loaded. Try again later.".to_owned(),
                TRY_AGAIN,
            ),
            (401, _) => warn(
                Code::ReconnectNeeded.title().to_owned(),
                "Snyk no longer accepts its permission. Connect it again; it takes under a minute."
                    .to_owned(),
                Action::Connect("Reconnect"),
            ),
            (403, _) => warn(
                format!("Snyk didn’t allow {app} to see this"),
                format!("Missing permission: {}.", lower_first(meaning(scope))),
                Action::Connect("Ask again"),
            ),
            (404, _) => {
                let (title, text) = not_there(what);
                (Tone::Neutral, title, text, Some(TRY_AGAIN))
            }
            (410, _) => (
                Tone::Danger,
                "Snyk no longer offers this part of its API".to_owned(),
                format!("Contact whoever runs {app}."),
                None,
            ),
            (429, _) => (
                Tone::Neutral,
                "Snyk’s rate limit was reached".to_owned(),
                format!(
                    "You can keep using what has loaded. Try again in {}.",
                    self.wait.map_or_else(|| "a minute".to_owned(), roughly)
                ),
                Some(TRY_AGAIN),
            ),
            (408 | 425 | 500.., _) => warn(
                Code::ProviderUnavailable.title().to_owned(),
                format!("Snyk answered “{}”. {}", self.status, by_itself(app)),
                TRY_AGAIN,
            ),
            _ => (
                Tone::Danger,
                format!("{app} sent an invalid request"),
                "This is our fault, not yours. Reload the page; if it happens again, report the request ID."
                    .to_owned(),
                Some(Action::Reload),
            ),
        };
        Outcome {
            request_id: self.request_id.clone().unwrap_or_default(),
            ..Outcome::new(tone, title, text).offering(act.into_iter().collect())
        }
    }
}

fn by_itself(app: &str) -> String {
    format!("You can keep using what has loaded. {app} tries again automatically.")
}

/// Returns title and text for an object that was removed or that the connection cannot see. The
/// answer does not tell these apart.
fn not_there(what: &str) -> (String, String) {
    (
        format!("This {what} doesn’t exist, or this connection can’t see it"),
        "It may have been removed at Snyk.".to_owned(),
    )
}

/// Formats a delay and omits a second unit that is zero: `1 h`, `1 h 20 min`.
fn roughly(seconds: u64) -> String {
    let figures = times::figures(seconds);
    let of_use = figures
        .iter()
        .enumerate()
        .filter(|(place, (figure, _))| *place == 0 || *figure > 0);
    let words: Vec<_> = of_use
        .map(|(_, (figure, unit))| format!("{figure} {unit}"))
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Remedy,
            tests::{intercepted, ours, snyk},
        },
        *,
    };

    const SCOPE: &str = "org.project.read";

    #[test]
    fn each_of_snyks_answers_has_words_of_its_own() {
        let told = |failure: ReadFailure| failure.outcome("Fathom", "organization", SCOPE);
        let lacking = told(snyk(403, "SNYK-OPENAPI-0002"));
        assert_eq!(lacking.title, "Snyk didn’t allow Fathom to see this");
        assert_eq!(
            lacking.text,
            "Missing permission: see projects, their settings and targets."
        );
        assert_eq!(lacking.acts, [Action::Connect("Ask again")]);
        assert_eq!(lacking.request_id, "id");
        for (status, code, title) in [
            (
                429,
                "SNYK-0006",
                "The organization’s test limit at Snyk is used up",
            ),
            (503, "SNYK-0099", "Snyk is under maintenance"),
            (503, "SNYK-0009", "Snyk is not answering"),
            (504, "", "Snyk is not answering"),
            (410, "", "Snyk no longer offers this part of its API"),
            (401, "", "This connection has stopped working"),
            (
                404,
                "",
                "This organization doesn’t exist, or this connection can’t see it",
            ),
            (400, "SNYK-0003", "Fathom sent an invalid request"),
        ] {
            assert_eq!(told(snyk(status, code)).title, title, "{status} {code}");
        }
    }

    #[test]
    fn how_long_snyk_said_to_wait_is_not_lost() {
        let told = |wait| {
            let slow = snyk(429, "SNYK-0001").saying(wait);
            slow.outcome("Fathom", "organization", SCOPE).text
        };
        assert!(told(Some(3_600)).ends_with("Try again in 1 h."));
        assert!(told(Some(4_800)).ends_with("Try again in 1 h 20 min."));
        assert!(told(None).ends_with("Try again in a minute."));
    }

    #[test]
    fn what_is_tried_again_says_so_and_what_is_gone_is_named() {
        let told = |failure: ReadFailure| failure.outcome("Fathom", "organization", SCOPE);
        for failure in [
            ours(Code::ProviderUnavailable),
            ours(Code::Unavailable),
            snyk(503, "SNYK-0009"),
            Failure::Offline.into(),
            Failure::TimedOut.into(),
            intercepted(0),
            intercepted(502),
        ] {
            assert_eq!(failure.remedy(), Remedy::TryAgain);
            let told = told(failure);
            assert!(
                told.text.contains("Fathom tries again automatically"),
                "{told:?}"
            );
        }
        let title = "This organization doesn’t exist, or this connection can’t see it";
        assert_eq!(told(ours(Code::NotFound)).title, title);
        assert_eq!(told(snyk(404, "")).title, title);
    }

    #[test]
    fn our_own_problems_keep_their_words_and_their_request_id() {
        let mut problem = messages::local(Code::Unavailable);
        problem.request_id = "01J".to_owned();
        let told = ReadFailure::from(Failure::Problem(Box::new(problem))).outcome(
            "Fathom",
            "organization",
            SCOPE,
        );
        assert_eq!(told.title, "Fathom can’t reach its own data");
        assert_eq!(told.request_id, "01J");
        assert_eq!(told.acts, [TRY_AGAIN]);
    }
}
