//! What a person is told about each code: title, text and the one thing to do. Pure.

use login::failure::Failure;
use shared::problem::{Code, Problem, UNUSABLE_ANSWER};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Begins a new login; without words, with those of the start page.
    Connect(&'static str),
    /// Goes to the start page.
    Home(&'static str),
    /// Loads the start page from the server, past whatever stands in between.
    Enter,
    /// Opens this page at another origin.
    Open(String),
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
    pub acts: Vec<Action>,
}

/// What follows a login that came to nothing.
pub const START_AGAIN: Action = Action::Connect("Start again");
const COPY: Action = Action::Copy("Copy details");
const START_PAGE: Action = Action::Home("Start page");
const TRY_AGAIN: Action = Action::Again("Try again");

/// The words for a problem, as a page of its own. `app` is the app's name.
#[must_use]
pub fn of(problem: &Problem, app: &str) -> Outcome {
    let (tone, text, acts) = match problem.code {
        Code::LoginExpired => (Tone::Neutral, "For your safety it has ended, and nothing was connected. Start again: it usually takes under a minute.".to_owned(), vec![START_AGAIN, START_PAGE]),
        Code::LoginUsed => (Tone::Neutral, "It can be used only once. If you are not signed in now, start again.".to_owned(), vec![START_AGAIN]),
        Code::StateMismatch => (Tone::Warn, "It was started in another browser, by another link or more than an hour ago, or this browser didn’t keep its cookie. If someone sent you this link, close this tab. Otherwise start again.".to_owned(), vec![START_AGAIN, START_PAGE]),
        Code::AccessDenied => (Tone::Neutral, "Nothing was connected. If that was a mistake, connect again and choose “Allow”. If Snyk wouldn’t let you, ask an administrator of the organization to connect.".to_owned(), vec![Action::Connect("Connect again"), Action::Home("See the permissions")]),
        Code::LoginRefused => (Tone::Warn, refused(problem, app), vec![START_AGAIN, COPY]),
        Code::CodeRejected => (Tone::Warn, "The sign-in code expired or was already used. Nothing was connected. Start again.".to_owned(), vec![START_AGAIN]),
        Code::ReconnectNeeded => (Tone::Warn, "Snyk no longer accepts its permission. Connect it again; it takes under a minute.".to_owned(), vec![Action::Connect("Reconnect")]),
        Code::ProviderUnavailable => (Tone::Warn, format!("Nothing was connected. {} Try again in a minute; {app} does not retry by itself, because a code can be used only once.", away(problem)), vec![START_AGAIN, Action::SnykStatus]),
        Code::ProviderRejectedClient => (Tone::Danger, format!("Snyk does not accept the app’s own credentials. You can’t fix this yourself; contact whoever runs {app}{}. Nothing of yours is lost.", if problem.request_id.is_empty() { "" } else { " and give them the request ID" }), vec![Action::Copy("Copy a message for them")]),
        Code::RateLimited => (Tone::Neutral, "Too many requests were sent. Wait a minute, then try again. You can keep using what has loaded.".to_owned(), vec![START_PAGE]),
        Code::NotSignedIn => (Tone::Neutral, "You signed out, perhaps in another tab, or were away too long. Connect again to go on where you were.".to_owned(), vec![Action::Connect("")]),
        Code::Forbidden => (Tone::Warn, forbidden(problem), vec![Action::Reload, START_PAGE]),
        Code::NotFound => (Tone::Neutral, "It may have moved, or the link was cut off.".to_owned(), vec![Action::Overview]),
        Code::BadRequest => (Tone::Warn, format!("This is our fault, not yours. Start again{}", once_more(problem)), vec![START_AGAIN, COPY]),
        Code::PayloadTooLarge => (Tone::Warn, "Clear this site’s cookies and try again.".to_owned(), vec![Action::Back]),
        Code::Unavailable => (Tone::Warn, format!("If you were signed in, you still are. It usually passes within a minute; {app} tries again by itself."), vec![Action::Again("Try now")]),
        Code::Internal => (Tone::Danger, format!("Nothing was changed. Try again{}", once_more(problem)), vec![TRY_AGAIN, COPY]),
        Code::Unknown => (Tone::Warn, problem.detail.clone(), vec![START_PAGE, COPY]),
    };
    let title = match problem.code {
        Code::BadRequest => format!("{app} sent something wrong"),
        Code::Unavailable => format!("{app} cannot reach its own data"),
        // The server says who refused it and why, and what to do.
        Code::Forbidden if !problem.detail.is_empty() => "This request was refused".to_owned(),
        Code::ProviderUnavailable if is_of_no_use(problem) => NO_USE.to_owned(),
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

/// The title where an answer came that the server could not use.
const NO_USE: &str = "Snyk’s answer could not be used";

fn is_of_no_use(problem: &Problem) -> bool {
    problem.kind == UNUSABLE_ANSWER
}

/// Why the provider is of no help: the server knows it best.
fn away(problem: &Problem) -> &str {
    if problem.detail.is_empty() {
        "Snyk did not answer in time."
    } else {
        &problem.detail
    }
}

/// What to do where it happens again; the request's id is spoken of where there is one.
fn once_more(problem: &Problem) -> &'static str {
    if problem.request_id.is_empty() {
        "."
    } else {
        "; if it happens again, report the request ID."
    }
}

fn forbidden(problem: &Problem) -> String {
    if problem.detail.is_empty() {
        "This browser may not do that. If a colleague connected the organization, connect it yourself."
            .to_owned()
    } else {
        problem.detail.clone()
    }
}

/// The words for a problem of a part, beside what still works. They differ from the page's where
/// that speaks of the login.
#[must_use]
pub fn beside(problem: &Problem, app: &str) -> Outcome {
    let (text, acts) = match problem.code {
        Code::ProviderUnavailable => (
            "You can keep using what has loaded. Try again in a minute.".to_owned(),
            vec![Action::Again("Try now")],
        ),
        Code::BadRequest => (
            format!(
                "This is our fault, not yours. Reload the page{}",
                once_more(problem)
            ),
            vec![Action::Reload, COPY],
        ),
        Code::Unavailable => (
            format!(
                "You are still signed in. It usually passes within a minute; {app} tries again by itself."
            ),
            vec![Action::Again("Try now")],
        ),
        _ => return of(problem, app),
    };
    let whole = of(problem, app);
    let title = match problem.code {
        // Whether none came or one of no use, what is here stays and is tried again.
        Code::ProviderUnavailable => problem.code.title().to_owned(),
        _ => whole.title,
    };
    Outcome {
        tone: whole.tone,
        title,
        text,
        acts,
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
    of_failure(failure, app).title
}

/// The words for a failure, as a page of its own.
#[must_use]
pub fn of_failure(failure: &Failure, app: &str) -> Outcome {
    let (tone, title, text, acts) = match failure {
        Failure::Offline => (
            Tone::Neutral,
            "You seem to be offline".to_owned(),
            "There was no answer. Check your connection, then try again.".to_owned(),
            vec![TRY_AGAIN],
        ),
        Failure::TimedOut => (
            Tone::Neutral,
            timed_out(app),
            "Check your connection, then try again.".to_owned(),
            vec![TRY_AGAIN],
        ),
        Failure::Intercepted { status } => (
            Tone::Warn,
            INTERCEPTED.to_owned(),
            why_intercepted(*status),
            vec![Action::Reload, TRY_AGAIN],
        ),
        Failure::CookiesBlocked => (
            Tone::Warn,
            "Your browser blocks cookies for this site".to_owned(),
            format!(
                "{app} keeps you signed in with a cookie, and your browser did not keep it. Allow cookies for this site in the browser’s settings, or switch off the extension that blocks them, then try again."
            ),
            vec![START_AGAIN],
        ),
        Failure::WrongOrigin { here, right } => (
            Tone::Warn,
            format!("You opened {app} at {here}; it works at {right}"),
            "A sign-in that starts here can’t be finished. Open it there and connect.".to_owned(),
            vec![Action::Open(right.clone())],
        ),
        Failure::Unreadable => (
            Tone::Danger,
            Code::Internal.title().to_owned(),
            format!("{app}’s server gave an answer that this page can’t read. Reload the page."),
            vec![Action::Reload, TRY_AGAIN],
        ),
        Failure::Problem(problem) => return of(problem, app),
    };
    Outcome {
        tone,
        title,
        text,
        acts,
    }
}

/// The words for a failure of a login that was under way: it is begun again rather than tried again.
#[must_use]
pub fn of_login(failure: &Failure, app: &str) -> Outcome {
    let mut outcome = of_failure(failure, app);
    match failure {
        Failure::Offline | Failure::TimedOut => {
            "The sign-in was not finished. Check your connection, then start again."
                .clone_into(&mut outcome.text);
        }
        Failure::Intercepted { .. } => {
            // Loading the callback again has no answer to finish.
            let text = outcome
                .text
                .replace("Reload this page", "Open the start page");
            outcome.text = format!("The sign-in was not finished. {text}");
            outcome.acts = vec![Action::Enter, START_AGAIN];
        }
        Failure::Unreadable => outcome.acts = vec![START_AGAIN],
        _ => {}
    }
    outcome.acts.iter_mut().for_each(|act| {
        if matches!(act, Action::Again(_)) {
            *act = START_AGAIN;
        }
    });
    outcome
}

/// The title after a time-out.
#[must_use]
pub fn timed_out(app: &str) -> String {
    format!("{app}’s server did not answer in time")
}

/// The title where something in between answered.
pub const INTERCEPTED: &str = "Something between this page and its server answered in its place";

/// What that may be, and what to do.
#[must_use]
pub fn why_intercepted(status: u16) -> String {
    match status {
        500.. => format!(
            "A proxy or load balancer answered “{status}”: the server may be restarting, or can’t be reached. Try again in a minute."
        ),
        429 => "A proxy or firewall answered “429”: too many requests were sent. Try again in a minute.".to_owned(),
        // A redirect, or a page where none is: somebody wants the person to sign in.
        0 | 200..300 => "It is probably a company or Wi-Fi sign-in page. Reload this page to sign in there, then try again.".to_owned(),
        _ => format!(
            "A company sign-in page, a proxy or a firewall answered “{status}”. Reload this page to sign in there, then try again."
        ),
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

fn refused(problem: &Problem, app: &str) -> String {
    let reason: String = shared::callback::readable(&problem.detail)
        .chars()
        .take(200)
        .collect();
    let reason = reason.trim();
    let said = if reason.is_empty() {
        String::new()
    } else {
        format!(" Snyk’s reason: “{reason}”.")
    };
    let then = if problem.request_id.is_empty() {
        format!("contact whoever runs {app}")
    } else {
        format!("give the request ID to whoever runs {app}")
    };
    format!("Nothing was connected.{said} Try once more; if it happens again, {then}.")
}

#[cfg(test)]
mod tests;
