//! A connection, its state and its tokens.

use jiff::Timestamp;
use shared::{
    api::connection::{Context, Org},
    scope::Scopes,
};

use super::subject::Subject;
use crate::{
    ids::ConnectionId,
    vault::secret::{AccessToken, RefreshToken},
};

/// One authorization of this app at Snyk. `T` is its token pair: open where it is used, and sealed
/// where a connection is only shown.
#[derive(Clone, Debug)]
pub struct Connection<T = Tokens> {
    /// The id, assigned by this server.
    pub id: ConnectionId,
    /// The person or bot that it belongs to: a later consent for the same subject replaces this
    /// one.
    pub subject: Subject,
    /// The kind of account that the app acts as.
    pub context: Option<Context>,
    /// The organizations of its account, as far as they have been read.
    pub orgs: Vec<Org>,
    /// Whether `orgs` is the complete list.
    pub orgs_complete: bool,
    /// Number of failed reads of the account since the last complete one.
    pub orgs_tries: u32,
    /// The scopes that were granted.
    pub scopes: Scopes,
    /// When a person last gave consent.
    pub connected_at: Timestamp,
    /// When the token pair was last replaced.
    pub refreshed_at: Timestamp,
    /// How many times the token pair has been replaced.
    pub generation: u64,
    /// When the access token expires.
    pub access_expires_at: Timestamp,
    /// When the refresh token expires, if Snyk says.
    pub refresh_expires_at: Option<Timestamp>,
    /// Whether the connection works, with its tokens.
    pub state: State<T>,
}

/// A person's consent: the connection that it created or replaced, and when. Work that belongs to a
/// consent stops once a later one replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Consent {
    /// The connection's id.
    pub connection: ConnectionId,
    /// When consent was given.
    pub at: Timestamp,
}

impl<T> Connection<T> {
    /// Returns the connection with the tokens that `map` makes of its own. If it makes none, an
    /// active connection becomes one that needs a reconnect.
    #[must_use]
    pub fn map_tokens<U>(self, map: impl FnOnce(&ConnectionId, T) -> Option<U>) -> Connection<U> {
        let state = match self.state {
            State::Active(tokens) => {
                map(&self.id, tokens).map_or(State::ReconnectNeeded, State::Active)
            }
            State::ReconnectNeeded => State::ReconnectNeeded,
            State::Disconnected => State::Disconnected,
        };
        Connection {
            id: self.id,
            subject: self.subject,
            context: self.context,
            orgs: self.orgs,
            orgs_complete: self.orgs_complete,
            orgs_tries: self.orgs_tries,
            scopes: self.scopes,
            connected_at: self.connected_at,
            refreshed_at: self.refreshed_at,
            generation: self.generation,
            access_expires_at: self.access_expires_at,
            refresh_expires_at: self.refresh_expires_at,
            state,
        }
    }

    /// Returns the consent that the connection is based on.
    #[must_use]
    pub fn consent(&self) -> Consent {
        Consent {
            connection: self.id.clone(),
            at: self.connected_at,
        }
    }
}

/// The state of a connection; only an active one has tokens.
#[derive(Clone, Debug)]
pub enum State<T = Tokens> {
    /// The tokens are valid as far as this server knows.
    Active(T),
    /// The tokens were rejected and have been erased; a person must connect again.
    ReconnectNeeded,
    /// A person disconnected it; the tokens have been erased.
    Disconnected,
}

/// A token pair.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Authorizes requests to Snyk's API.
    pub access: AccessToken,
    /// Obtains the next pair; single use.
    pub refresh: RefreshToken,
}

/// A token pair as the provider issued it, with its lifetimes. `T` is as for a [`Connection`].
#[derive(Clone, Debug)]
pub struct Grant<T = Tokens> {
    /// The token pair.
    pub tokens: T,
    /// When the access token expires.
    pub access_expires_at: Timestamp,
    /// When the refresh token expires, if the provider says.
    pub refresh_expires_at: Option<Timestamp>,
    /// The granted scopes, if the provider says.
    pub scopes: Option<Scopes>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_active_connection_has_tokens_to_map() {
        let connection = |state| Connection {
            id: ConnectionId::presented("c"),
            subject: Subject::from_stored("s".to_owned()),
            context: Some(Context::User),
            orgs: Vec::new(),
            orgs_complete: true,
            orgs_tries: 1,
            scopes: Scopes::parse("org.read"),
            connected_at: Timestamp::UNIX_EPOCH,
            refreshed_at: Timestamp::UNIX_EPOCH,
            generation: 7,
            access_expires_at: Timestamp::UNIX_EPOCH,
            refresh_expires_at: None,
            state,
        };
        for (state, makes, expected) in [
            (State::Active(2), true, "Active(3)"),
            (State::Active(2), false, "ReconnectNeeded"),
            (State::ReconnectNeeded, true, "ReconnectNeeded"),
            (State::Disconnected, true, "Disconnected"),
        ] {
            let mapped = connection(state).map_tokens(|id, tokens| {
                assert_eq!(id.as_str(), "c");
                makes.then_some(tokens + 1)
            });
            assert_eq!(format!("{:?}", mapped.state), expected);
            assert_eq!((mapped.generation, mapped.orgs_tries), (7, 1));
        }
    }
}
