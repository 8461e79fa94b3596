//! The lease of a connection: the right of one owner to replace its token pair.
//!
//! Each function is one conditional statement on the database's clock, so that neither a race nor a
//! node whose clock is wrong gives the lease to two owners. A lease is settled once: the settlement
//! checks connection, generation and owner, applies the result of the refresh, and releases the
//! lease. An owner whose lease was taken over changes nothing any more.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use domain::{
    connection::{Grant, Tokens},
    ids::ConnectionId,
};
use jiff::Timestamp;

use super::StoreError;

/// The lease of a connection for the replacement of one generation. It is not `Clone`: it is
/// settled once.
#[derive(Debug)]
pub struct Lease {
    connection: ConnectionId,
    generation: u64,
    owner: String,
}

impl Lease {
    /// Creates the value of a lease; for adapters of a database.
    #[must_use]
    pub const fn new(connection: ConnectionId, generation: u64, owner: String) -> Self {
        Self {
            connection,
            generation,
            owner,
        }
    }

    /// Returns the id of the connection.
    #[must_use]
    pub const fn connection(&self) -> &ConnectionId {
        &self.connection
    }

    /// Returns the generation that its owner may replace.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns the id of its owner, which is unique for each lease.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }
}

/// The result of an attempt to acquire a lease.
#[derive(Debug)]
pub enum Acquisition {
    /// The lease was free.
    Free(Lease),
    /// The lease had expired: its owner died or left it, and may have presented the refresh token.
    Abandoned(Lease),
    /// Another owner holds the lease.
    Held,
    /// The connection has another generation by now, or is not active.
    Superseded,
}

/// The result of a refresh, which is applied when the lease is released. `T` is a token pair: open
/// for the store, and sealed for its database.
#[derive(Debug)]
pub enum Settlement<'a, T = Tokens> {
    /// The next token pair.
    Pair {
        /// The pair.
        grant: &'a Grant<T>,
        /// When it was issued, by the clock that its expiry was determined with.
        issued_at: Timestamp,
    },
    /// The pair was rejected: its tokens are erased, and a person must connect again.
    ReconnectNeeded,
    /// The pair stays as it is.
    Nothing,
    /// The pair stays as it is, and it is unknown whether the refresh token was consumed. The lease
    /// expires at once, so that the next owner finds it abandoned.
    Unknown,
}

// Not derived, since that would require `T: Copy`.
impl<T> Copy for Settlement<'_, T> {}

impl<T> Clone for Settlement<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

/// The store failed to settle a lease. The settlement may have taken effect all the same.
#[derive(Debug, thiserror::Error)]
#[error("the lease could not be settled")]
pub struct SettleError {
    /// The lease, to try again.
    pub lease: Lease,
    /// The cause.
    #[source]
    pub cause: StoreError,
}

/// Stores the leases of connections, and the token pairs that are replaced under them.
#[async_trait]
pub trait LeaseStore: fmt::Debug + Send + Sync {
    /// Acquires the lease of a connection for one refresh of `generation`. It expires when it was
    /// not renewed for `lifetime`.
    async fn acquire_lease(
        &self,
        id: &ConnectionId,
        generation: u64,
        lifetime: Duration,
    ) -> Result<Acquisition, StoreError>;

    /// Renews a lease. Returns `false` if it is not held any more.
    async fn renew_lease(&self, lease: &Lease, lifetime: Duration) -> Result<bool, StoreError>;

    /// Settles a lease. Returns `false` and changes nothing if it is not held any more.
    async fn settle_lease(
        &self,
        lease: Lease,
        settlement: Settlement<'_>,
    ) -> Result<bool, SettleError>;
}
