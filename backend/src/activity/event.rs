//! The events, each with the words that it is told in.

use domain::{
    ids::{AdminSessionId, ConnectionId, EventId},
    net::ClientNetwork,
};
use jiff::Timestamp;
use shared::{api::admin::EventKind, problem::Code};

use super::text::cleaned;
use crate::{
    clock::{Clock as _, SystemClock},
    request_context,
};

/// The kinds of events that come by the thousand by themselves, or that strangers can cause: they must
/// not push the others out, neither of the queue nor of the log.
pub const FREQUENT: &[EventKind] = &[
    EventKind::Refreshed,
    EventKind::RefreshFailed,
    EventKind::LoginFailed,
    EventKind::LimitReached,
    EventKind::RequestsRefused,
    EventKind::KeyFault,
    EventKind::AdminRefused,
];

/// An event to be noted.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its id, by which it is stored once.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// The kind of the event.
    pub kind: EventKind,
    /// More of it, cleaned.
    pub detail: String,
    /// The connection that it is about.
    pub connection: Option<ConnectionId>,
    /// The generation whose refresh failed.
    pub failed_generation: Option<u64>,
    /// The request that caused it.
    pub request_id: Option<String>,
}

impl Event {
    fn new(kind: EventKind) -> Self {
        let at = SystemClock.now();
        Self {
            id: EventId::generate_at(at.as_millisecond().unsigned_abs()),
            at,
            kind,
            detail: String::new(),
            connection: None,
            failed_generation: None,
            request_id: request_context::current().map(|request| request.id().to_string()),
        }
    }

    fn about(self, connection: &ConnectionId) -> Self {
        Self {
            connection: Some(connection.clone()),
            ..self
        }
    }

    fn with(self, detail: &str) -> Self {
        Self {
            detail: cleaned(detail),
            ..self
        }
    }

    /// A person connected something for the first time, or again.
    #[must_use]
    pub fn connected(connection: &ConnectionId, is_again: bool) -> Self {
        let kind = if is_again {
            EventKind::Reconnected
        } else {
            EventKind::Connected
        };
        Self::new(kind).about(connection)
    }

    /// A login failed. `error` is the OAuth error that Snyk or the browser named, if any.
    #[must_use]
    pub fn login_failed(code: Code, error: Option<&str>) -> Self {
        let detail = match error {
            Some(error) => format!("{}: {}", code.as_str(), error_word(error)),
            None => code.as_str().to_owned(),
        };
        Self::new(EventKind::LoginFailed).with(&detail)
    }

    /// A token pair was replaced.
    #[must_use]
    pub fn refreshed(connection: &ConnectionId, generation: u64) -> Self {
        let detail = format!("generation {generation}");
        Self::new(EventKind::Refreshed)
            .about(connection)
            .with(&detail)
    }

    /// A refresh of a generation failed for now, for a reason in words of the program.
    #[must_use]
    pub fn refresh_failed(connection: &ConnectionId, generation: u64, reason: &str) -> Self {
        Self {
            failed_generation: Some(generation),
            ..Self::new(EventKind::RefreshFailed)
                .about(connection)
                .with(reason)
        }
    }

    /// Snyk ended a connection. `error` is the OAuth error that it named.
    #[must_use]
    pub fn reconnect_needed(connection: &ConnectionId, error: &str) -> Self {
        Self::new(EventKind::ReconnectNeeded)
            .about(connection)
            .with(error_word(error))
    }

    /// A person disconnected.
    #[must_use]
    pub fn disconnected(connection: &ConnectionId) -> Self {
        Self::new(EventKind::Disconnected).about(connection)
    }

    /// An administrator disconnected.
    #[must_use]
    pub fn admin_disconnected(connection: &ConnectionId, session: &AdminSessionId) -> Self {
        Self::new(EventKind::AdminDisconnected)
            .about(connection)
            .with(&of_session(session))
    }

    /// A connection that nobody reached was ended.
    #[must_use]
    pub fn swept(connection: &ConnectionId) -> Self {
        Self::new(EventKind::Swept).about(connection)
    }

    /// A browser was signed out.
    #[must_use]
    pub fn signed_out(by_another: bool) -> Self {
        Self::new(EventKind::SignedOut).with(if by_another { "by another browser" } else { "" })
    }

    /// A client reached a limit, in words of the program.
    #[must_use]
    pub fn limit_reached(client: ClientNetwork, limit: &str) -> Self {
        Self::new(EventKind::LimitReached).with(&format!("{client}, {limit}"))
    }

    /// Requests of a client were refused for a reason of security, in words of the program.
    #[must_use]
    pub fn requests_refused(client: ClientNetwork, reason: &str) -> Self {
        Self::new(EventKind::RequestsRefused).with(&format!("{client}, {reason}"))
    }

    /// The stored tokens of a connection cannot be decrypted.
    #[must_use]
    pub fn key_fault(connection: &ConnectionId) -> Self {
        Self::new(EventKind::KeyFault).about(connection)
    }

    /// The file of the client secret was read again.
    #[must_use]
    pub fn secret_reread() -> Self {
        Self::new(EventKind::SecretReread)
    }

    /// An administrator signed in with a browser of that name.
    #[must_use]
    pub fn admin_signed_in(session: &AdminSessionId, browser: &str) -> Self {
        let detail = format!("{}, {browser}", of_session(session));
        Self::new(EventKind::AdminSignedIn).with(&detail)
    }

    /// A link of an administrator was refused.
    #[must_use]
    pub fn admin_refused(code: Code) -> Self {
        Self::new(EventKind::AdminRefused).with(code.as_str())
    }

    /// An administrator left.
    #[must_use]
    pub fn admin_left(session: &AdminSessionId) -> Self {
        Self::new(EventKind::AdminLeft).with(&of_session(session))
    }
}

/// Returns the words that tell the acts of one administrator from those of another.
fn of_session(session: &AdminSessionId) -> String {
    format!("session {}", session.short())
}

/// Returns an OAuth error if it is like one: a short word in lower case (RFC 6749 section 5.2). What is not
/// may be anything, also a secret that was mistaken for an error.
fn error_word(error: &str) -> &str {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    if error.len() <= 40 && error.bytes().all(is_word) {
        error
    } else {
        "an unknown error"
    }
}

#[cfg(test)]
mod tests {
    use http::{Method, Uri};

    use super::*;
    use crate::request_context::RequestContext;

    #[tokio::test]
    async fn sec_73_an_event_has_the_id_of_its_request_and_cleaned_text() {
        let request = RequestContext::new(Method::GET, Uri::from_static("/"));
        let id = request.id().to_string();
        let hostile = "x\r\n2026-01-01 admin_signed_in\x1b[2J";
        let event = request
            .scope(async { Event::refresh_failed(&ConnectionId::generate(), 0, hostile) })
            .await;
        assert_eq!(event.request_id, Some(id));
        assert!(event.detail.starts_with("x␍␊"));
        assert!(!event.detail.contains(char::is_control));
        for (error, detail) in [
            ("invalid_scope", "login_refused: invalid_scope"),
            (hostile, "login_refused: an unknown error"),
            ("snyk_at_0123456789", "login_refused: an unknown error"),
        ] {
            let event = Event::login_failed(Code::LoginRefused, Some(error));
            assert_eq!(event.detail, detail);
        }
        assert_eq!(Event::secret_reread().request_id, None);
    }
}
