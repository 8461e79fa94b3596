//! The port that a database adapter implements: records in, records out.
//!
//! An adapter moves tokens as [`SealedToken`]s, which only the repository creates from tokens and
//! opens again. It knows no key and no rule: what a login replaces, which connections are merged and
//! which token is revoked is decided above it, once for all databases.
//!
//! There are two kinds of writes:
//!
//! 1. **Single statements**, the methods of [`Database`] itself. Each is atomic and checks its own
//!    precondition in the statement that writes, as in `UPDATE … WHERE generation = …`. So neither a
//!    race nor a node that stopped for a while makes it write what does not apply any more. A sweep
//!    consists of many of them, and needs no more.
//! 2. **Compound changes**, through a [`Transaction`]: a finished login, a read account and the merge
//!    that it may cause, a disconnect, the removal of orphaned connections.
//!
//! # Isolation
//!
//! An adapter guarantees, whatever the number of nodes on its database:
//!
//! - Compound changes are serializable with respect to one another: the result of those that run at
//!   once is as if one had run after the other.
//! - A read in a transaction returns the latest committed state, or one that the commit then finds
//!   unchanged; never an older snapshot. So it may decide about the writes that follow. This also
//!   holds against single statements: if a lease is acquired or a pair stored between the read of a
//!   connection and the write to it, the transaction does not commit what it decided before.
//! - A transaction commits as a whole. If its value is dropped before [`Transaction::commit`], which
//!   happens when a caller is cancelled too, it changes nothing and holds no lock.
//! - After [`Transaction::commit`] or a single statement returns, every later read of any node sees
//!   the change, and it survives the end of the process.
//!
//! Two nodes may therefore observe, of changes that they run at once:
//!
//! | changes | result |
//! | --- | --- |
//! | two logins, or two read accounts, with one subject | one connection, which the sessions of both are authorized for; the later login increments its generation |
//! | two logins of one browser | one session, which is authorized for the connections of both |
//! | a login, and a sign-out of the session that it replaces | no session, or one that the sign-out did not name |
//! | a login or merge, and a disconnect | the connection in the state of the later one; no refresh token is both in a connection and in a revocation |
//! | a login, and the removal of the orphaned connection that it would replace | that connection, or a new one and a revocation |
//! | a merge or disconnect, and the acquisition of a lease | the lease is seen, or not acquired |
//! | a login, merge or disconnect, and the settlement of a lease | the settlement comes first, and is what the other one reads; or it changes nothing |
//!
//! The answer to a commit can be lost. [`StoreError::OutcomeUnknown`] says that the transaction may have
//! taken effect; whoever holds a token pair then asks before the pair is revoked.
//!
//! SQLite has one writer, which `BEGIN IMMEDIATE` acquires before the first read. A database with
//! concurrent writers uses serializable transactions, or locks the rows that it reads. Where it has
//! to reject one of two transactions, it returns [`StoreError::Conflict`] from the statement or the
//! commit that failed; the repository then runs the compound change again from its beginning. A
//! violated unique constraint is such a case too: since the read, the other one has inserted a row of
//! that subject.
//!
//! Leases are compared with the database's clock. All other times are the caller's.
//!
//! # Maintenance
//!
//! A command that re-encrypts runs beside the nodes, with [`SealedRecords`] alone. It replaces a value
//! only if it is still the one that was read, and changes nothing else: neither generation nor lease,
//! so no node notices it.

mod admin;
mod connections;
mod counts;
mod leases;
mod orphans;
mod records;
mod revocations;
mod sealed;
mod sessions;
mod shared_work;

use std::fmt;

use async_trait::async_trait;
use domain::vault::KeyId;

pub(super) use self::counts::MAX_COUNTED;
pub use self::{
    admin::{
        AdminRecords, AdminSession, EventGroup, EventPage, EventRecord, InstallCursor,
        InstallGroup, InstallPage, InstallRecord, InstallTotals, Listed, NewAdminSession, NewEvent,
        Search, SortKey, Undescribed,
    },
    connections::{ConnectionChanges, ConnectionRecords},
    counts::{CountRecords, Counts, PoolSize},
    leases::LeaseRecords,
    orphans::OrphanRecords,
    records::{AccountRead, ExistingConnection, RefreshTokenRecord, SealedToken, SealedTokens},
    revocations::RevocationRecords,
    sealed::{
        MaintenanceDatabase, NodeKeys, Replacement, SealedColumn, SealedRecords, SealedValue,
    },
    sessions::{Expired, Live, SessionChanges, SessionRecords},
    shared_work::SharedWorkRecords,
};
use super::{Change, ForeignWrites, StoreError};

/// A database with the records of the store.
#[async_trait]
pub trait Database:
    AdminRecords
    + ConnectionRecords
    + LeaseRecords
    + SharedWorkRecords
    + OrphanRecords
    + RevocationRecords
    + SessionRecords
    + fmt::Debug
    + Send
    + Sync
    + 'static
{
    /// Its transactions.
    type Transaction: Transaction;

    /// Begins a compound change, isolated as [this module](self) describes.
    async fn begin(&self) -> Result<Self::Transaction, StoreError>;

    /// Checks that the database can read and write.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Returns what other processes have written since the last call.
    async fn detect_foreign_writes(&self) -> Result<ForeignWrites, StoreError>;

    /// Waits until another process may have written: until the database says so, or until it is time
    /// to ask it.
    async fn wait_for_foreign_write(&self);

    /// Makes the keys of this node known to maintenance commands beside it: the current key first.
    /// They are what [`SealedRecords::nodes`] returns until this node ends.
    async fn announce_keys(&self, keys: &[KeyId]) -> Result<(), StoreError>;

    /// Returns where the database is, for a message to the operator, without credentials.
    fn location(&self) -> String;
}

/// A compound change. It changes nothing if it is dropped without a [`commit`](Self::commit).
#[async_trait]
pub trait Transaction: ConnectionChanges + SessionChanges + Send {
    /// Makes the changes durable and visible, all at once. `changes` are those of records that other
    /// nodes may have cached: [`Database::detect_foreign_writes`] tells them.
    async fn commit(self, changes: &[Change]) -> Result<(), StoreError>;
}
