//! Decides whether the access token of a connection is refreshed before use (pure).

use jiff::{SignedDuration, Timestamp};

use crate::connection::{Connection, State};

/// The action required before the access token is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Use the token.
    Serve,
    /// Use the token and refresh it in the background, so that nobody waits for it later.
    ServeAndRenew,
    /// Refresh first: the token has expired or is about to.
    RenewFirst,
    /// There is no token: a person must connect again.
    Reconnect,
}

/// Minimum remaining lifetime of a token that is sent: with less, it could expire in transit.
const MIN_REMAINING: SignedDuration = SignedDuration::from_secs(5);
/// Maximum time before expiry at which a refresh begins.
const MAX_AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Decides from the remaining lifetime: a refresh begins when a quarter of the lifetime is left,
/// and at most five minutes before expiry.
#[must_use]
pub fn decide(connection: &Connection, now: Timestamp) -> Decision {
    if !matches!(connection.state, State::Active(_)) {
        return Decision::Reconnect;
    }
    let lifetime = connection
        .access_expires_at
        .duration_since(connection.refreshed_at);
    let ahead = (lifetime / 4).min(MAX_AHEAD);
    let left = connection.access_expires_at.duration_since(now);
    if left <= MIN_REMAINING.min(ahead) {
        Decision::RenewFirst
    } else if left <= ahead {
        Decision::ServeAndRenew
    } else {
        Decision::Serve
    }
}

#[cfg(test)]
mod tests {
    use shared::scope::Scopes;

    use super::*;
    use crate::{
        connection::{Subject, Tokens},
        ids::ConnectionId,
        vault::secret::{AccessToken, RefreshToken},
    };

    fn connection(lifetime: i64, state: State) -> Connection {
        let start = Timestamp::from_second(1_000_000).unwrap();
        Connection {
            id: ConnectionId::presented("c"),
            subject: Subject::from_stored("s".to_owned()),
            context: None,
            orgs: Vec::new(),
            orgs_complete: true,
            orgs_tries: 0,
            scopes: Scopes::default(),
            connected_at: start,
            refreshed_at: start,
            generation: 0,
            access_expires_at: start + SignedDuration::from_secs(lifetime),
            refresh_expires_at: None,
            state,
        }
    }

    fn tokens() -> State {
        State::Active(Tokens {
            access: AccessToken::new("a".to_owned()),
            refresh: RefreshToken::new("r".to_owned()),
        })
    }

    #[test]
    fn an_hours_token_is_renewed_in_its_last_five_minutes() {
        let connection = connection(3_600, tokens());
        let at = |second| {
            decide(
                &connection,
                connection.connected_at + SignedDuration::from_secs(second),
            )
        };
        assert_eq!(at(0), Decision::Serve);
        assert_eq!(at(3_299), Decision::Serve);
        assert_eq!(at(3_300), Decision::ServeAndRenew);
        assert_eq!(at(3_594), Decision::ServeAndRenew);
        assert_eq!(at(3_595), Decision::RenewFirst);
        assert_eq!(at(9_999), Decision::RenewFirst);
    }

    #[test]
    fn a_short_token_is_renewed_in_its_last_quarter() {
        let connection = connection(8, tokens());
        let at = |second| {
            decide(
                &connection,
                connection.connected_at + SignedDuration::from_secs(second),
            )
        };
        assert_eq!(at(5), Decision::Serve);
        assert_eq!(at(6), Decision::RenewFirst);
    }

    #[test]
    fn without_tokens_a_person_must_connect_again() {
        let connection = connection(3_600, State::ReconnectNeeded);
        assert_eq!(
            decide(&connection, connection.connected_at),
            Decision::Reconnect
        );
    }
}
