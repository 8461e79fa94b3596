//! The ids of stored records. They are not secret, and none of them grants access.
//!
//! Each kind of record has a type of its own, so that no id can be passed where another is meant:
//!
//! ```compile_fail,E0308
//! use domain::ids::{ConnectionId, SessionId};
//!
//! fn disconnect(_: &ConnectionId) {}
//! disconnect(&SessionId::generate());
//! ```

use std::{fmt, sync::Arc};

/// Declares the type of an id. Its text is what the database stores and logs show. A clone shares
/// it.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Creates an id from its stored text.
            #[must_use]
            pub fn from_stored(text: String) -> Self {
                Self(text.into())
            }

            /// Returns the text to store.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
    ($(#[$doc:meta])* $name:ident, generated) => {
        id! { $(#[$doc])* $name }

        impl $name {
            /// Generates an id.
            #[must_use]
            pub fn generate() -> Self {
                Self(ulid::Ulid::new().to_string().into())
            }
        }
    };
}

id! {
    /// The id of a connection.
    ConnectionId, generated
}

id! {
    /// The id of a session.
    SessionId, generated
}

id! {
    /// The id of a pending revocation.
    RevocationId, generated
}

id! {
    /// The id of a login attempt, by which it is claimed once: derived from its OAuth `state`.
    AttemptId
}

id! {
    /// The id of the session of an administrator.
    AdminSessionId, generated
}

impl AdminSessionId {
    /// Returns the end of the id, which is enough to tell the few sessions of a day apart.
    #[must_use]
    pub fn short(&self) -> &str {
        let at = self.0.len().saturating_sub(6);
        self.0.get(at..).unwrap_or_default()
    }
}

id! {
    /// The id of an event of the activity log. It grows with time.
    EventId, generated
}

impl EventId {
    /// Returns the id that is before all ids of events of that time, in milliseconds since the epoch.
    #[must_use]
    pub fn first_at(ms: u64) -> Self {
        Self(ulid::Ulid::from_parts(ms, 0).to_string().into())
    }

    /// Generates the id of an event of that time, in milliseconds since the epoch.
    #[must_use]
    pub fn generate_at(ms: u64) -> Self {
        let random = ulid::Ulid::new().random();
        Self(ulid::Ulid::from_parts(ms, random).to_string().into())
    }

    /// Returns an id that is after that of every event.
    #[must_use]
    pub fn last() -> Self {
        Self("~".into())
    }

    /// Creates the id that a request names. Only a lookup shows whether there is such an event.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(possible(text).into())
    }
}

impl ConnectionId {
    /// Creates the id that a request names. Only a lookup shows whether there is such a connection.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(possible(text).into())
    }
}

impl SessionId {
    /// Creates the id that a request names. Only a lookup shows whether there is such a session.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(possible(text).into())
    }
}

/// Returns a text of a request if an id could be like it, and otherwise the empty text, which is the
/// id of nothing. PostgreSQL refuses a text with a NUL, and that is no failure of the database.
fn possible(text: &str) -> &str {
    let is_possible = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_possible { text } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_id_is_like_is_the_id_of_nothing() {
        let id = ConnectionId::generate();
        assert_eq!(ConnectionId::presented(id.as_str()), id);
        for text in ["\0", "a\0", "../x", "é", "a b", ""] {
            assert_eq!(ConnectionId::presented(text).as_str(), "", "{text:?}");
            assert_eq!(SessionId::presented(text).as_str(), "", "{text:?}");
        }
    }

    #[test]
    fn generated_ids_differ_and_are_stored_as_they_are() {
        let (one, other) = (ConnectionId::generate(), ConnectionId::generate());
        assert_ne!(one, other);
        assert_eq!(ConnectionId::from_stored(one.to_string()), one);
        assert_eq!(one.as_str().len(), 26);
    }
}
