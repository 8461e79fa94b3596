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

/// A token pair as the provider issued it, with its lifetimes.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The token pair.
    pub tokens: Tokens,
    /// When the access token expires.
    pub access_expires_at: Timestamp,
    /// When the refresh token expires, if the provider says.
    pub refresh_expires_at: Option<Timestamp>,
    /// The granted scopes, if the provider says.
    pub scopes: Option<Scopes>,
}
