//! The records that have no type in the domain.

use std::fmt;

use domain::{
    connection::{State, Subject},
    ids::ConnectionId,
};
use jiff::Timestamp;
use shared::api::connection::{Context, Org};

use crate::store::error::Inconsistent;

/// A token as it is stored: encrypted, and bound to its table, column and row.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedToken(Vec<u8>);

impl SealedToken {
    /// Creates a sealed token from its stored bytes.
    #[must_use]
    pub const fn from_stored(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Returns the bytes to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SealedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedToken({} bytes)", self.0.len())
    }
}

/// A token pair as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedTokens {
    /// The access token.
    pub access: SealedToken,
    /// The refresh token.
    pub refresh: SealedToken,
}

/// The columns of a connection that decide whether another login replaces it.
#[derive(Clone, Debug)]
pub struct ExistingConnection {
    /// Its id.
    pub id: ConnectionId,
    /// The person or bot that it belongs to.
    pub subject: Subject,
    /// Whether it works.
    pub state: State<()>,
    /// The kind of account that the app acts as.
    pub context: Option<Context>,
    /// The organizations that have been read. If they are inconsistent, a complete read replaces
    /// them all the same.
    pub orgs: Result<Vec<Org>, Inconsistent>,
    /// How many times the token pair has been replaced.
    pub generation: u64,
    /// When a person last gave consent.
    pub connected_at: Timestamp,
    /// Whether its pair is being replaced. An expired lease is not held.
    pub is_leased: bool,
}

/// When the account of a connection was read, and when it is due to be read again.
#[derive(Clone, Copy, Debug)]
pub struct AccountRead {
    /// When it was read.
    pub at: Timestamp,
    /// When it is due.
    pub due_at: Timestamp,
}

/// The refresh token of a connection that ends.
#[derive(Clone, Debug)]
pub struct RefreshTokenRecord {
    /// The token; `None` if it has been erased.
    pub token: Option<SealedToken>,
    /// When it expires, if that is known.
    pub expires_at: Option<Timestamp>,
    /// Whether it is being presented to the provider. An expired lease is not held.
    pub is_leased: bool,
}
