//! What is said about events.

use shared::{
    api::admin::{Event, EventKind},
    problem::Code,
};

use super::words::{name_or_unknown, visible};

/// Returns the words for a kind of event.
#[must_use]
pub const fn kind(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Connected => "Connected",
        EventKind::Reconnected => "Connected again",
        EventKind::LoginFailed => "Sign-in failed",
        EventKind::Refreshed => "Tokens replaced",
        EventKind::RefreshFailed => "Refresh failed",
        EventKind::ReconnectNeeded => "Reconnect needed",
        EventKind::Disconnected => "Disconnected by a person",
        EventKind::Swept => "Ended, because nobody used it",
        EventKind::SignedOut => "Browser signed out",
        EventKind::LimitReached => "Limit reached",
        EventKind::RequestsRefused => "Requests refused",
        EventKind::KeyFault => "Stored tokens can’t be decrypted",
        EventKind::SecretReread => "Client secret reloaded",
        EventKind::AdminSignedIn => "Administrator signed in",
        EventKind::AdminRefused => "Administrator link refused",
        EventKind::AdminLeft => "Administrator left",
        EventKind::AdminDisconnected => "Disconnected by an administrator",
    }
}

/// Returns what happened, with its detail.
#[must_use]
pub fn event(event: &Event) -> String {
    let words = kind(event.kind);
    let detail = detail(event.kind, event.detail.trim());
    match event.kind {
        _ if detail.is_empty() => words.to_owned(),
        EventKind::Refreshed => format!("{words}, {detail}"),
        EventKind::SignedOut => format!("{words} {detail}"),
        _ => format!("{words}: {detail}"),
    }
}

/// Returns a detail in words: those of a sign-in and of a link begin with the code of a problem.
fn detail(kind: EventKind, detail: &str) -> String {
    let (code, rest) = match detail.split_once(": ") {
        Some((code, rest)) => (code, Some(rest)),
        None => (detail, None),
    };
    let words = match (kind, Code::from_word(code)) {
        (EventKind::LoginFailed, code) => of_login(code),
        (EventKind::AdminRefused, code) => of_link(code),
        _ => None,
    };
    match (words, rest) {
        (None, _) => visible(detail),
        (Some(words), None) => words.to_owned(),
        (Some(words), Some(rest)) => format!("{words} ({})", visible(rest)),
    }
}

const fn of_login(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::LoginExpired => "it took longer than ten minutes",
        Code::LoginUsed => "it was already finished",
        Code::StateMismatch => "it began in another browser, or too long ago",
        Code::AccessDenied => "access was not allowed",
        Code::LoginRefused => "Snyk ended it",
        Code::CodeRejected => "Snyk did not accept the one-time code",
        Code::ProviderUnavailable => "Snyk did not answer",
        Code::ProviderRejectedClient => "Snyk does not accept the app’s own credentials",
        Code::RateLimited => "too many requests were sent",
        Code::BadRequest => "the request was invalid",
        Code::Unavailable => "the database did not answer",
        Code::Internal => "something broke on the server",
        _ => return None,
    })
}

const fn of_link(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::LoginExpired => "it had expired",
        Code::LoginUsed => "it had been used",
        Code::Forbidden => "it was not made by this server",
        Code::RateLimited => "too many were tried",
        _ => return None,
    })
}

/// Returns what an event is about.
#[must_use]
pub fn about(event: &Event) -> String {
    match (&event.install, event.kind) {
        (Some(_), _) => name_or_unknown(&event.install_name),
        (None, EventKind::SecretReread) => "All".to_owned(),
        (None, _) => "None".to_owned(),
    }
}

/// Returns a time in a table of events: the time of day if it is of today, or else the date too.
/// Both times are as `24 Nov 2026, 05:41:07`.
#[must_use]
pub fn when(at: &str, now: &str) -> String {
    let date = |time: &str| time.split_once(", ").map(|(date, _)| date.to_owned());
    match at.split_once(", ") {
        Some((day, time)) if date(now).as_deref() == Some(day) => time.to_owned(),
        Some((day, time)) => {
            let minutes = time.rsplit_once(':').map_or(time, |(minutes, _)| minutes);
            format!("{day}, {minutes}")
        }
        None => at.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event_of(kind: EventKind, detail: &str, install: Option<&str>) -> Event {
        Event {
            id: "1".to_owned(),
            at: String::new(),
            kind,
            detail: detail.to_owned(),
            install: install.map(str::to_owned),
            install_name: String::new(),
            request_id: None,
        }
    }

    #[test]
    fn what_happened_is_said_with_its_detail() {
        let say = |kind, detail| event(&event_of(kind, detail, None));
        assert_eq!(
            say(EventKind::Refreshed, "generation 458"),
            "Tokens replaced, generation 458"
        );
        for (kind, detail, words) in [
            (
                EventKind::LoginFailed,
                "login_expired",
                "Sign-in failed: it took longer than ten minutes",
            ),
            (
                EventKind::LoginFailed,
                "login_refused: server_error",
                "Sign-in failed: Snyk ended it (server_error)",
            ),
            (
                EventKind::AdminRefused,
                "login_used",
                "Administrator link refused: it had been used",
            ),
            (
                EventKind::RefreshFailed,
                "Snyk answered 503: later",
                "Refresh failed: Snyk answered 503: later",
            ),
            (
                EventKind::SignedOut,
                "by another browser",
                "Browser signed out by another browser",
            ),
        ] {
            assert_eq!(say(kind, detail), words);
        }
        assert_eq!(say(EventKind::AdminLeft, ""), "Administrator left");
        assert_eq!(say(EventKind::LoginFailed, "\u{1b}"), "Sign-in failed: ␛");
        assert_eq!(about(&event_of(EventKind::SecretReread, "", None)), "All");
        assert_eq!(about(&event_of(EventKind::LoginFailed, "", None)), "None");
        let unnamed = event_of(EventKind::Swept, "", Some("01J"));
        assert_eq!(about(&unnamed), "Unknown organization");
    }

    #[test]
    fn a_time_of_today_has_no_date() {
        let now = "24 Nov 2026, 09:00:00";
        assert_eq!(when("24 Nov 2026, 05:41:07", now), "05:41:07");
        assert_eq!(when("23 Nov 2026, 22:14:59", now), "23 Nov 2026, 22:14");
    }
}
