//! This browser's sign-in: an opaque id in a cookie, of which only the SHA-256 is stored.

pub mod cookie;
pub mod extract;
mod id;
pub mod route;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

pub use self::id::{SessionId, SessionToken, TokenHash};
use crate::store::StoredSession;

/// How long sessions last.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// How long one may lie unused.
    pub idle: Duration,
    /// How long one may last at most.
    pub absolute: Duration,
}

impl Lifetimes {
    /// Whether a session still counts.
    #[must_use]
    pub fn is_alive(self, session: &StoredSession, now: Timestamp) -> bool {
        now < session.expires_at && now.duration_since(session.last_used_at) < signed(self.idle)
    }

    /// Whether a use should be noted: rarely enough that reading costs no write, and often enough
    /// that a session in use never lies idle.
    #[must_use]
    pub fn should_note_use(self, session: &StoredSession, now: Timestamp) -> bool {
        now.duration_since(session.last_used_at) >= signed(self.idle.min(DAY) / 8)
    }
}

const DAY: Duration = Duration::from_hours(24);

/// A configured duration, which is bounded, as jiff counts them.
#[must_use]
pub fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}
