//! The message for each error code: title, text and one action. Pure.

use shared::problem::{Code, Problem, UNUSABLE_ANSWER};

use crate::failure::Failure;

/// The severity of a message, shown by its glyph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Caused by the person's choice, or by time.
    Neutral,
    /// Needs attention.
    Warn,
    /// Only the operator can fix it.
    Danger,
}

impl Tone {
    /// Returns the word by which styles know the tone.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Warn => "warn",
            Self::Danger => "danger",
        }
    }
}

/// The sign of a message, in its glyph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Declined or not available.
    Minus,
    /// Stopped, for safety.
    Stop,
    /// A setting is wrong.
    Sliders,
    /// A matter of time.
    Clock,
    /// A warning.
    Triangle,
}

/// Returns the sign of a message about a problem, or about another failure.
fn sign(tone: Tone, code: Option<Code>) -> Sign {
    match code {
        Some(Code::AccessDenied | Code::NotSignedIn | Code::NotFound) => Sign::Minus,
        Some(Code::StateMismatch | Code::Forbidden) => Sign::Stop,
        Some(Code::ProviderRejectedClient) => Sign::Sliders,
        _ if tone == Tone::Neutral => Sign::Clock,
        _ => Sign::Triangle,
    }
}

/// The action of a button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Starts a login; the label of the start page if it is empty.
    Connect(&'static str),
    /// Opens the start page.
    Home(&'static str),
    /// Loads the start page from the server, so that an intermediary can show its own page.
    Enter,
    /// Opens this page at another origin.
    Open(String),
    /// Opens the start page, which is the overview of a person who is signed in.
    Overview,
    /// Retries the part that failed, or reloads the page.
    Again(&'static str),
    /// Goes back to the previous page.
    Back,
    /// Reloads the page.
    Reload,
    /// Copies one sentence for the people who run the app.
    Copy(&'static str),
    /// Opens Snyk's status page.
    SnykStatus,
}

/// A message about an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The severity.
    pub tone: Tone,
    /// The sign in its glyph.
    pub sign: Sign,
    /// The summary.
    pub title: String,
    /// The explanation, and the advice.
    pub text: String,
    /// The actions, the main one first.
    pub acts: Vec<Action>,
    /// The code of the problem, if it is one.
    pub code: Option<Code>,
    /// The id that identifies the request in a log, if there is one.
    pub request_id: String,
}

impl Outcome {
    /// Creates a message without an action about a failure that is no problem.
    #[must_use]
    pub fn new(tone: Tone, title: String, text: String) -> Self {
        Self {
            tone,
            sign: sign(tone, None),
            title,
            text,
            acts: Vec::new(),
            code: None,
            request_id: String::new(),
        }
    }

    /// Sets the actions, the main one first.
    #[must_use]
    pub fn offering(mut self, acts: Vec<Action>) -> Self {
        self.acts = acts;
        self
    }

    /// Returns one sentence for the operators of the app about a problem, and nothing about another
    /// failure.
    #[must_use]
    pub fn message(&self, app: &str, at: &str) -> String {
        let id = &self.request_id;
        match self.code {
            None => String::new(),
            Some(code) if id.is_empty() => format!("{app}: {code} at {at}."),
            Some(code) => format!("{app}: {code} in request {id} at {at}."),
        }
    }
}

/// The action after a failed login.
pub const START_AGAIN: Action = Action::Connect("Start again");
const COPY: Action = Action::Copy("Copy details");
const START_PAGE: Action = Action::Home("Start page");
/// The retry of what failed.
pub const TRY_AGAIN: Action = Action::Again("Try again");

fn of_problem(problem: &Problem, app: &str) -> Outcome {
    let (tone, text, acts) = match problem.code {
        Code::LoginExpired => (Tone::Neutral, "For your safety it has ended, and nothing was connected. Start again: it usually takes under a minute.".to_owned(), vec![START_AGAIN, START_PAGE]),
        Code::LoginUsed => (Tone::Neutral, "It can be used only once. If you are not signed in now, start again.".to_owned(), vec![START_AGAIN]),
        Code::StateMismatch => (Tone::Warn, "It was started in another browser, by another link or more than an hour ago, or this browser didn’t keep its cookie. If someone sent you this link, close this tab. Otherwise start again.".to_owned(), vec![START_AGAIN, START_PAGE]),
        Code::AccessDenied => (Tone::Neutral, "Nothing was connected. If that was a mistake, connect again and choose “Allow”. If Snyk wouldn’t let you, ask an administrator of the organization to connect.".to_owned(), vec![Action::Connect("Connect again"), Action::Home("See the permissions")]),
        Code::LoginRefused => (Tone::Warn, refused(problem, app), vec![START_AGAIN, COPY]),
        Code::CodeRejected => (Tone::Warn, "The sign-in code expired or was already used. Nothing was connected. Start again.".to_owned(), vec![START_AGAIN]),
        Code::ReconnectNeeded => (Tone::Warn, "Snyk no longer accepts its permission. Connect it again; it takes under a minute.".to_owned(), vec![Action::Connect("Reconnect")]),
        Code::ProviderUnavailable => (Tone::Warn, format!("Nothing was connected. {} Try again in a minute; {app} does not retry automatically, because a code can be used only once.", away(problem)), vec![START_AGAIN, Action::SnykStatus]),
        Code::ProviderRejectedClient => (Tone::Danger, format!("Snyk does not accept the app’s own credentials. You can’t fix this yourself; contact whoever runs {app}{}. None of your data is lost.", if problem.request_id.is_empty() { "" } else { " and give them the request ID" }), vec![Action::Copy("Copy a message for them")]),
        Code::RateLimited => (Tone::Neutral, "Too many requests were sent. Wait a minute, then try again. You can keep using what has loaded.".to_owned(), vec![START_PAGE]),
        Code::NotSignedIn => (Tone::Neutral, "You signed out, perhaps in another tab, or were away too long. Connect again to continue where you left off.".to_owned(), vec![Action::Connect("")]),
        Code::Forbidden => (Tone::Warn, forbidden(problem), vec![Action::Reload, START_PAGE]),
        Code::NotFound => (Tone::Neutral, "It may have moved, or the link is incomplete.".to_owned(), vec![Action::Overview]),
        Code::BadRequest => (Tone::Warn, format!("This is our fault, not yours. Start again{}", once_more(problem)), vec![START_AGAIN, COPY]),
        Code::PayloadTooLarge => (Tone::Warn, "Clear this site’s cookies and try again.".to_owned(), vec![Action::Back]),
        Code::Unavailable => (Tone::Warn, format!("If you were signed in, you still are. It usually passes within a minute; {app} tries again automatically."), vec![Action::Again("Try now")]),
        Code::Internal => (Tone::Danger, format!("Nothing was changed. Try again{}", once_more(problem)), vec![TRY_AGAIN, COPY]),
        Code::Unknown => (Tone::Warn, problem.detail.clone(), vec![START_PAGE, COPY]),
    };
    let title = match problem.code {
        Code::BadRequest => format!("{app} sent an invalid request"),
        Code::Unavailable => format!("{app} can’t reach its own data"),
        // The server says who refused it and why, and what to do.
        Code::Forbidden if !problem.detail.is_empty() => "This request was refused".to_owned(),
        Code::ProviderUnavailable if is_of_no_use(problem) => NO_USE.to_owned(),
        Code::Unknown if !problem.title.is_empty() => problem.title.clone(),
        code => code.title().to_owned(),
    };
    Outcome {
        sign: sign(tone, Some(problem.code)),
        code: Some(problem.code),
        request_id: problem.request_id.clone(),
        ..Outcome::new(tone, title, text).offering(acts)
    }
}

/// The title if the server could not use an answer.
const NO_USE: &str = "Snyk’s answer could not be used";

fn is_of_no_use(problem: &Problem) -> bool {
    problem.kind == UNUSABLE_ANSWER
}

/// Returns the reason why the provider could not serve the request: the server's detail, if there
/// is one.
fn away(problem: &Problem) -> &str {
    if problem.detail.is_empty() {
        "Snyk did not answer in time."
    } else {
        &problem.detail
    }
}

/// Returns the advice for a repeated problem, which mentions the request id if there is one.
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

/// Returns the message about a failure of one part of a page. It differs from the page's own
/// message where that is about the login. `read_at` is the time at which the data beside it was
/// read, if there is any.
#[must_use]
pub fn beside(failure: &Failure, app: &str, read_at: Option<&str>) -> Outcome {
    let mut outcome = of(failure, app);
    let Failure::Problem(problem) = failure else {
        return outcome;
    };
    match problem.code {
        Code::ProviderUnavailable => {
            // The answer may be missing or unusable: either way the loaded data stays, and a retry
            // follows.
            problem.code.title().clone_into(&mut outcome.title);
            outcome.text = read_at.map_or_else(
                || "You can keep using what has loaded. Try again in a minute.".to_owned(),
                |time| format!("Last updated at {time}. {app} tries again automatically."),
            );
            outcome.acts = vec![Action::Again("Try now")];
        }
        Code::BadRequest => {
            outcome.text = format!(
                "This is our fault, not yours. Reload the page{}",
                once_more(problem)
            );
            outcome.acts = vec![Action::Reload, COPY];
        }
        Code::Unavailable => {
            outcome.text = format!(
                "You are still signed in. It usually passes within a minute; {app} tries again automatically."
            );
        }
        _ => {}
    }
    outcome
}

/// Returns the message about a failure, for a page of its own. `app` is the name of the app.
#[must_use]
pub fn of(failure: &Failure, app: &str) -> Outcome {
    let (tone, title, text, acts) = match failure {
        Failure::Problem(problem) => return of_problem(problem, app),
        Failure::Offline => (
            Tone::Neutral,
            "You seem to be offline".to_owned(),
            "There was no answer. Check your connection, then try again.".to_owned(),
            vec![TRY_AGAIN],
        ),
        Failure::TimedOut => (
            Tone::Neutral,
            format!("{app}’s server did not answer in time"),
            "Check your connection, then try again.".to_owned(),
            vec![TRY_AGAIN],
        ),
        Failure::Intercepted { status } => (
            Tone::Warn,
            "Something between this page and its server answered in its place".to_owned(),
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
    };
    Outcome::new(tone, title, text).offering(acts)
}

/// Returns the message about a failed login, which is started anew instead of retried.
#[must_use]
pub fn of_login(failure: &Failure, app: &str) -> Outcome {
    let mut outcome = of(failure, app);
    match failure {
        Failure::Problem(_) => return outcome,
        Failure::Offline | Failure::TimedOut => {
            "The sign-in was not finished. Check your connection, then start again."
                .clone_into(&mut outcome.text);
        }
        Failure::Intercepted { .. } => {
            // The callback, loaded again, would have no answer to finish the login with.
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

/// Returns the likely intermediary, and the advice.
fn why_intercepted(status: u16) -> String {
    match status {
        500.. => format!(
            "A proxy or load balancer answered “{status}”: the server may be restarting, or can’t be reached. Try again in a minute."
        ),
        429 => "A proxy or firewall answered “429”: too many requests were sent. Try again in a minute.".to_owned(),
        // A page in place of data: an intermediary requires the person to sign in.
        200..300 => "It is probably a company or Wi-Fi sign-in page. Reload this page to sign in there, then try again.".to_owned(),
        // A redirect to such a page, or an answer at another origin that this page may not read.
        0 => "It is probably a company or Wi-Fi sign-in page, or the server is restarting. Reload this page to sign in there, then try again.".to_owned(),
        _ => format!(
            "A company sign-in page, a proxy or a firewall answered “{status}”. Reload this page to sign in there, then try again."
        ),
    }
}

/// Creates a problem that was found in the browser.
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
