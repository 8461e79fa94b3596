//! What is held: a connection, its state, its tokens.

pub mod disconnect;
pub mod revocation;
pub mod route;
mod subject;
mod view;

use jiff::Timestamp;
use shared::{
    api::connection::{Context, Org},
    scope::Scopes,
};

pub use self::{subject::Subject, view::view};
use crate::vault::secret::{AccessToken, RefreshToken};

/// One authorization of this app at Snyk.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Our id of it.
    pub id: String,
    /// What it is, so that a later consent for the same thing replaces this one.
    pub subject: Subject,
    /// As whom the app acts.
    pub context: Option<Context>,
    /// The organizations that it reaches, as far as they were read.
    pub orgs: Vec<Org>,
    /// Whether these are all of them.
    pub orgs_complete: bool,
    /// How often reading them again has failed since it last went well.
    pub orgs_tries: u32,
    /// The scopes that were granted.
    pub scopes: Scopes,
    /// When a person last connected it.
    pub connected_at: Timestamp,
    /// When the token pair was last replaced.
    pub refreshed_at: Timestamp,
    /// How many times the token pair has been replaced.
    pub generation: u64,
    /// When the access token ends.
    pub access_expires_at: Timestamp,
    /// When the refresh token ends, if Snyk says.
    pub refresh_expires_at: Option<Timestamp>,
    /// Its tokens, while they live.
    pub state: State,
}

/// A person's consent: the connection that it went to, and when. What was begun by one is over when a
/// later one took its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Consent {
    /// The connection's id.
    pub connection: String,
    /// When it was connected.
    pub at: Timestamp,
}

impl Connection {
    /// The consent that it stands on.
    #[must_use]
    pub fn consent(&self) -> Consent {
        Consent {
            connection: self.id.clone(),
            at: self.connected_at,
        }
    }
}

/// Whether a connection works; tokens exist only where it does.
#[derive(Clone, Debug)]
pub enum State {
    /// The tokens are alive as far as we know.
    Active(Tokens),
    /// The tokens are dead and erased; a person must connect again.
    ReconnectNeeded,
    /// A person ended it; the tokens are erased.
    Disconnected,
}

/// A token pair.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// For Snyk's API.
    pub access: AccessToken,
    /// For the next pair.
    pub refresh: RefreshToken,
}

/// A token pair as the provider gave it out, with its lifetimes.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The pair.
    pub tokens: Tokens,
    /// When the access token ends.
    pub access_expires_at: Timestamp,
    /// When the refresh token ends, if the provider says.
    pub refresh_expires_at: Option<Timestamp>,
    /// The granted scopes, if the provider says.
    pub scopes: Option<Scopes>,
}
