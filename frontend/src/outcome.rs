//! What a person is told about each code: title, text and the one thing to do. Pure.

use login::failure::Failure;
use shared::problem::{Code, Problem};

/// How serious an outcome is, shown by its glyph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A person's choice, or time.
    Neutral,
    /// Needs care.
    Warn,
    /// Only the operator can mend it.
    Danger,
}

/// What a button of an outcome does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Begins a new login; without words, with those of the start page.
    Connect(&'static str),
    /// Goes to the start page.
    Home(&'static str),
    /// Goes back to what is connected; to the start page where nobody is signed in.
    Overview,
    /// Tries again: the part that failed, or the whole page.
    Again(&'static str),
    /// Goes back to where the person came from.
    Back,
    /// Loads the page again.
    Reload,
    /// Copies one sentence for the people who run the app.
    Copy(&'static str),
    /// Goes to Snyk's status page.
    SnykStatus,
}

/// One outcome in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How serious it is.
    pub tone: Tone,
    /// What happened.
    pub title: String,
    /// What it means, and what to do.
    pub text: String,
    /// What to do, the first being the main one.
    pub acts: Vec<Act>,
}

/// What follows a login that came to nothing.
pub const START_AGAIN: Act = Act::Connect("Start again");
const COPY: Act = Act::Copy("Copy details");
const START_PAGE: Act = Act::Home("Start page");

/// The words for a problem, as a page of its own. `app` is the app's name.
#[must_use]
pub fn of(problem: &Problem, app: &str) -> Outcome {
    let (tone, text, acts) = match problem.code {
        Code::LoginExpired => (Tone::Neutral, "For your safety it has ended, and nothing was connected. Start again: it usually takes under a minute.".to_owned(), vec![START_AGAIN, START_PAGE]),
        Code::LoginUsed => (Tone::Neutral, "It can be used only once. If you are not signed in now, start again.".to_owned(), vec![START_AGAIN]),
        Code::StateMismatch => (Tone::Warn, "It was started in another browser, by another link or more than an hour ago, so it cannot be finished here. If someone sent you this link, close this tab. Otherwise start again.".to_owned(), vec![START_AGAIN, START_PAGE]),
        Code::AccessDenied => (Tone::Neutral, "Nothing was connected. If that was a slip, connect again and choose “Allow”. If Snyk did not let you, ask an administrator of the organization to connect.".to_owned(), vec![Act::Connect("Connect again"), Act::Home("What is asked for")]),
        Code::LoginRefused => (Tone::Warn, refused(&problem.detail, app), vec![START_AGAIN, COPY]),
        Code::CodeRejected => (Tone::Warn, "Codes live for seconds, and this one had ended or was used. Nothing was connected. Start again.".to_owned(), vec![START_AGAIN]),
        Code::ReconnectNeeded => (Tone::Warn, "Snyk no longer accepts its permission. Connect it again; it takes under a minute.".to_owned(), vec![Act::Connect("Reconnect")]),
        Code::ProviderUnavailable => (Tone::Warn, format!("Your permission is fine; Snyk did not answer in time. Try again in a minute. {app} does not retry by itself, because a code can be used only once."), vec![START_AGAIN, Act::SnykStatus]),
        Code::ProviderRejectedClient => (Tone::Danger, format!("Snyk does not accept the app’s own credentials. You cannot mend this: tell the people who run {app}, and give them the request id. Nothing of yours is lost."), vec![Act::Copy("Copy a message for them")]),
        Code::RateLimited => (Tone::Neutral, "Too much was asked at once. Wait a minute, then try again. What is already here stays usable.".to_owned(), vec![START_PAGE]),
        Code::NotSignedIn => (Tone::Neutral, "You signed out, perhaps in another tab, or were away too long. Connect again to go on where you were.".to_owned(), vec![Act::Connect("")]),
        Code::Forbidden => (Tone::Warn, "This browser may not do that. If a colleague connected the organization, connect it yourself.".to_owned(), vec![START_PAGE]),
        Code::NotFound => (Tone::Neutral, "It may have moved, or the link was cut off.".to_owned(), vec![Act::Overview]),
        Code::BadRequest => (Tone::Warn, "This is our fault, not yours. Start again; if it comes back, report the request id.".to_owned(), vec![START_AGAIN, COPY]),
        Code::PayloadTooLarge => (Tone::Warn, "Send less, for instance a shorter text.".to_owned(), vec![Act::Back]),
        Code::Unavailable => (Tone::Warn, format!("If you were signed in, you still are. It usually passes within a minute; {app} tries again by itself."), vec![Act::Again("Try now")]),
        Code::Internal => (Tone::Danger, "Nothing was changed. Try again; if it comes back, report the request id.".to_owned(), vec![Act::Again("Try again"), COPY]),
        Code::Unknown => (Tone::Warn, problem.detail.clone(), vec![START_PAGE, COPY]),
    };
    let title = match problem.code {
        Code::BadRequest => format!("{app} sent something wrong"),
        Code::Unavailable => format!("{app} cannot reach its own data"),
        Code::Unknown if !problem.title.is_empty() => problem.title.clone(),
        code => code.title().to_owned(),
    };
    Outcome {
        tone,
        title,
        text,
        acts,
    }
}

/// The words for a problem of a part, beside what still works. They differ from the page's where
/// that speaks of the login.
#[must_use]
pub fn beside(problem: &Problem, app: &str) -> Outcome {
    let (text, acts) = match problem.code {
        Code::ProviderUnavailable => (
            "What you see was read before and stays as it is. Try again in a minute.".to_owned(),
            vec![Act::Again("Try now")],
        ),
        Code::BadRequest => (
            "This is our fault, not yours. Reload the page; if it comes back, report the request id.".to_owned(),
            vec![Act::Reload, COPY],
        ),
        Code::Unavailable => (
            format!("You are still signed in. It usually passes within a minute; {app} tries again by itself."),
            vec![Act::Again("Try now")],
        ),
        _ => return of(problem, app),
    };
    Outcome {
        text,
        acts,
        ..of(problem, app)
    }
}

/// The same, where it is known that what stands beside it was read at `time`.
#[must_use]
pub fn beside_read_at(problem: &Problem, app: &str, time: &str) -> Outcome {
    let mut outcome = beside(problem, app);
    if problem.code == Code::ProviderUnavailable {
        outcome.text = format!("What you see was read at {time}. {app} tries again by itself.");
    }
    outcome
}

/// What happened, in a few words to be announced.
#[must_use]
pub fn title(failure: &Failure, app: &str) -> String {
    match failure {
        Failure::Problem(problem) => of(problem, app).title,
        Failure::Offline => offline().title,
        Failure::Unreadable => of(&local(Code::Internal), app).title,
    }
}

/// No answer at all.
#[must_use]
pub fn offline() -> Outcome {
    Outcome {
        tone: Tone::Neutral,
        title: "You seem to be offline".to_owned(),
        text: "There was no answer. Check the connection of this computer, then try again."
            .to_owned(),
        acts: vec![Act::Again("Try again")],
    }
}

/// A problem that this browser found by itself.
#[must_use]
pub fn local(code: Code) -> Problem {
    Problem {
        kind: "about:blank".to_owned(),
        title: code.title().to_owned(),
        status: 0,
        detail: String::new(),
        code,
        request_id: String::new(),
        snyk_request_id: None,
    }
}

/// One sentence for the people who run the app.
#[must_use]
pub fn message(problem: &Problem, app: &str, at: &str) -> String {
    let Problem {
        code, request_id, ..
    } = problem;
    if request_id.is_empty() {
        format!("{app}: {code} at {at}.")
    } else {
        format!("{app}: {code} in request {request_id} at {at}.")
    }
}

fn refused(reason: &str, app: &str) -> String {
    let reason: String = shared::callback::readable(reason)
        .chars()
        .take(200)
        .collect();
    let reason = reason.trim();
    let said = if reason.is_empty() {
        String::new()
    } else {
        format!(" Snyk’s reason: “{reason}”.")
    };
    format!(
        "Nothing was connected.{said} Try once more; if it comes back, give the request id to the people who run {app}."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_title_a_text_and_something_to_do() {
        for code in Code::ALL {
            let outcome = of(&local(*code), "Fathom");
            assert!(!outcome.title.is_empty(), "{code}");
            assert!(outcome.text.ends_with('.'), "{code}");
            assert!(!outcome.acts.is_empty(), "{code}");
        }
    }

    #[test]
    fn beside_what_still_works_nothing_is_said_of_a_login() {
        let outcome = beside(&local(Code::ProviderUnavailable), "Fathom");
        assert_eq!(outcome.title, "Snyk is not answering");
        assert!(!outcome.text.contains("code"));
        let outcome = beside_read_at(&local(Code::ProviderUnavailable), "Fathom", "05:38");
        assert!(outcome.text.contains("05:38"));
    }

    #[test]
    fn what_is_announced_is_what_the_page_says() {
        let unavailable = Failure::Problem(Box::new(local(Code::Unavailable)));
        assert_eq!(
            title(&unavailable, "Fathom"),
            "Fathom cannot reach its own data"
        );
        assert_eq!(title(&Failure::Offline, "Fathom"), offline().title);
    }

    #[test]
    fn an_unknown_code_shows_the_servers_own_words() {
        let mut problem = local(Code::Unknown);
        problem.title = "New".to_owned();
        problem.detail = "Something new.".to_owned();
        let outcome = of(&problem, "Fathom");
        assert_eq!(
            (outcome.title.as_str(), outcome.text.as_str()),
            ("New", "Something new.")
        );
    }

    #[test]
    fn snyks_reason_is_cut_and_quoted() {
        let mut problem = local(Code::LoginRefused);
        problem.detail = "x".repeat(300);
        let text = of(&problem, "Fathom").text;
        assert!(text.contains(&format!("“{}”", "x".repeat(200))));
        assert!(!text.contains(&"x".repeat(201)));
    }

    #[test]
    fn the_message_for_the_operator_names_app_code_request_and_time() {
        let mut problem = local(Code::Internal);
        problem.request_id = "01J".to_owned();
        assert_eq!(
            message(&problem, "Fathom", "now"),
            "Fathom: internal in request 01J at now."
        );
    }
}
