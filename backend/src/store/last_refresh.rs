//! When connections were last refreshed (pure).

use domain::ids::ConnectionId;
use jiff::{SignedDuration, Timestamp};

/// When a connection was last refreshed, and what follows from that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastRefresh {
    /// The connection.
    pub id: ConnectionId,
    /// Its generation.
    pub generation: u64,
    /// When its token pair was issued.
    pub refreshed_at: Timestamp,
    /// When its refresh token expires, if the provider said so.
    pub refresh_expires_at: Option<Timestamp>,
    /// Whether a session is authorized for it, as far as that has been noticed.
    pub is_reached: bool,
}

impl LastRefresh {
    /// Returns whether three quarters of the lifetime of the refresh token have passed.
    #[must_use]
    pub fn nears_its_end(&self, now: Timestamp) -> bool {
        self.refresh_expires_at.is_some_and(|expires_at| {
            let lifetime = expires_at.duration_since(self.refreshed_at);
            let quarter = lifetime / 4;
            expires_at.duration_since(now) <= quarter.max(SignedDuration::ZERO)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_token_nears_its_end_in_the_last_quarter_of_its_lifetime() {
        let at = |seconds| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        let connection = |lifetime: Option<i64>| LastRefresh {
            id: ConnectionId::presented("c"),
            generation: 0,
            refreshed_at: at(0),
            refresh_expires_at: lifetime.map(at),
            is_reached: true,
        };
        for (lifetime, now, nears) in [
            (Some(400), 299, false),
            (Some(400), 300, true),
            (Some(400), 900, true),
            (Some(0), 0, true),
            (Some(-5), 0, true),
            (None, 1_000_000_000, false),
        ] {
            assert_eq!(
                connection(lifetime).nears_its_end(at(now)),
                nears,
                "{lifetime:?} {now}"
            );
        }
    }
}
