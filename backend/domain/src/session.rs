//! Sessions: an opaque token in a cookie, of which only the SHA-256 is stored.

mod browser;
mod token;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

pub use self::{
    browser::BrowserName,
    token::{SessionToken, TokenHash},
};
use crate::ids::SessionId;

/// A session to be stored.
#[derive(Debug)]
pub struct NewSession {
    /// Its id, which is not secret.
    pub id: SessionId,
    /// The hash of its token.
    pub token_hash: TokenHash,
    /// The browser that signs in.
    pub browser: BrowserName,
    /// When it expires, however often it is used.
    pub expires_at: Timestamp,
}

/// A stored session.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// Its id.
    pub id: SessionId,
    /// When it was last used, with a precision of a day or better.
    pub last_used_at: Timestamp,
    /// When it expires, however often it is used.
    pub expires_at: Timestamp,
}

/// A session as it is shown to the people who share a connection with it. It has neither token nor
/// hash, and its id grants nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSession {
    /// Its id.
    pub id: SessionId,
    /// The browser that signed in.
    pub browser: BrowserName,
    /// When it signed in.
    pub signed_in_at: Timestamp,
    /// When it was last used, with a precision of a day or better.
    pub last_used_at: Timestamp,
    /// When it expires, however often it is used.
    pub expires_at: Timestamp,
}

/// The lifetimes of sessions.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// Maximum time between two uses.
    pub idle: Duration,
    /// Maximum time since sign-in.
    pub absolute: Duration,
}

impl Lifetimes {
    /// Returns whether a session is live.
    #[must_use]
    pub fn is_alive(self, session: &StoredSession, now: Timestamp) -> bool {
        now < session.expires_at
            && now.duration_since(session.last_used_at) < to_signed_duration(self.idle)
    }

    /// Returns when a session ends unless it is used again: after the time without use, or at the end
    /// of its lifetime if that comes first.
    #[must_use]
    pub fn ends_at(self, last_used_at: Timestamp, expires_at: Timestamp) -> Timestamp {
        last_used_at
            .saturating_add(to_signed_duration(self.idle))
            .map_or(expires_at, |idle_at| idle_at.min(expires_at))
    }

    /// Returns the time since which a session must have been used to be live.
    #[must_use]
    pub fn unused_since(self, now: Timestamp) -> Timestamp {
        now.saturating_sub(to_signed_duration(self.idle))
            .unwrap_or(Timestamp::MIN)
    }

    /// Returns whether a use should be recorded: rarely enough that most reads cost no write, and
    /// often enough that a session in use never becomes idle.
    #[must_use]
    pub fn should_note_use(self, session: &StoredSession, now: Timestamp) -> bool {
        now.duration_since(session.last_used_at) >= to_signed_duration(self.idle.min(DAY) / 8)
    }

    /// Returns whether the cookie should be set again: at the first use on each day of the session,
    /// since some browsers shorten the lifetime of cookies.
    #[must_use]
    pub fn should_set_again(self, session: &StoredSession, now: Timestamp) -> bool {
        let began_at = session
            .expires_at
            .saturating_sub(to_signed_duration(self.absolute))
            .unwrap_or(now);
        let day_of =
            |at: Timestamp| at.duration_since(began_at).as_secs() / DAY.as_secs().cast_signed();
        day_of(now) > day_of(session.last_used_at)
    }
}

const DAY: Duration = Duration::from_hours(24);

/// Converts a configured duration, which is bounded, to jiff's type.
#[must_use]
pub fn to_signed_duration(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_27_the_cookie_is_set_again_once_a_day() {
        let lifetimes = Lifetimes {
            idle: DAY,
            absolute: DAY * 30,
        };
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let hours = |hours| start + SignedDuration::from_hours(hours);
        let used_at = |last_used_at| StoredSession {
            id: SessionId::from_stored("s".to_owned()),
            last_used_at,
            expires_at: start + to_signed_duration(lifetimes.absolute),
        };
        assert!(!lifetimes.should_set_again(&used_at(start), hours(23)));
        assert!(lifetimes.should_set_again(&used_at(hours(23)), hours(25)));
        assert!(!lifetimes.should_set_again(&used_at(hours(25)), hours(47)));
    }

    #[test]
    fn a_session_ends_unused_or_at_the_end_of_its_lifetime() {
        let lifetimes = Lifetimes {
            idle: DAY,
            absolute: DAY * 30,
        };
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let hours = |hours| start + SignedDuration::from_hours(hours);
        assert_eq!(lifetimes.ends_at(start, hours(30)), hours(24));
        assert_eq!(lifetimes.ends_at(hours(7), hours(30)), hours(30));
        assert_eq!(lifetimes.ends_at(Timestamp::MAX, hours(1)), hours(1));
        assert_eq!(lifetimes.unused_since(hours(24)), start);
    }

    #[test]
    fn sec_27_unused_for_too_long_or_too_old_is_over() {
        let lifetimes = Lifetimes {
            idle: DAY,
            absolute: DAY * 2,
        };
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let session = |used, ends| StoredSession {
            id: SessionId::from_stored("s".to_owned()),
            last_used_at: start + SignedDuration::from_hours(used),
            expires_at: start + SignedDuration::from_hours(ends),
        };
        let now = start + SignedDuration::from_hours(30);
        assert!(lifetimes.is_alive(&session(7, 48), now));
        assert!(!lifetimes.is_alive(&session(6, 48), now));
        assert!(!lifetimes.is_alive(&session(29, 30), now));
    }
}
