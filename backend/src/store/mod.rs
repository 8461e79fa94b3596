//! Persistent storage, in three steps.
//!
//! 1. The traits of this module are the port that other modules use: connections and sessions with
//!    their rules, and tokens in the open.
//! 2. [`repository`] implements them over any database. It seals and opens tokens, applies the rules,
//!    and writes the compound changes. [`cache`] wraps it.
//! 3. [`database`] is the port that an adapter implements: sealed records, single statements and
//!    transactions. [`sqlite`] is the adapter for a SQLite file, [`postgres`] the one for PostgreSQL.
//!
//! [`tables`] goes past all three: it copies rows from one database to another.

mod admin_rows;
mod admin_sql;
pub mod cache;
pub mod change;
pub mod database;
pub mod error;
mod last_refresh;
pub mod lease;
mod lease_sql;
pub mod migrations;
pub mod postgres;
pub mod repository;
mod revocation;
mod rows;
mod rules;
mod shared_work;
pub mod sqlite;
pub mod tables;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use shared::{
    api::connection::{Context, Org},
    scope::Scopes,
};

pub use domain::session::{ListedSession, NewSession, StoredSession};
use domain::{
    connection::{Connection, Consent, Grant, Subject},
    ids::{AttemptId, ConnectionId, RevocationId, SessionId},
    session::TokenHash,
};

pub use self::{
    change::{Change, Changed, ForeignWrites},
    database::{Live, SealedToken, SealedTokens},
    error::StoreError,
    last_refresh::LastRefresh,
    revocation::Revocation,
    shared_work::{RateShare, Work},
};
use self::{database::AdminRecords, lease::LeaseStore};

/// The data of a finished login, stored atomically.
#[derive(Debug)]
pub struct NewLogin<'a> {
    /// The id of a new connection; a replaced connection keeps its own.
    pub connection_id: &'a ConnectionId,
    /// The account, as far as it has been read.
    pub account: Account<'a>,
    /// The connection to replace, if the browser's session is authorized for it.
    pub reconnects: Option<&'a ConnectionId>,
    /// The granted scopes.
    pub scopes: &'a Scopes,
    /// The token pair.
    pub grant: &'a Grant,
    /// The new session.
    pub session: &'a NewSession,
    /// The id of the finished attempt, which has been claimed.
    pub attempt_id: &'a AttemptId,
    /// The ids of the browser's other attempts. Sessions that these created a moment ago are
    /// replaced like an earlier one.
    pub sibling_attempts: &'a [AttemptId],
    /// The browser's earlier sessions: the new session takes over their connections, and they end.
    pub earlier_sessions: &'a [TokenHash],
    /// The current time.
    pub now: Timestamp,
}

/// The account of a connection at Snyk, as far as it has been read.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// The person or bot; `None` as long as it is unknown.
    pub subject: Option<&'a Subject>,
    /// The kind of account that the app acts as; `None` as long as it is unknown.
    pub context: Option<Context>,
    /// The organizations that have been read.
    pub orgs: &'a [Org],
    /// Whether `orgs` is complete. Only then it replaces the stored list.
    pub is_whole: bool,
    /// When the account is due to be read again.
    pub due_at: Timestamp,
    /// Number of failed reads since the last complete one.
    pub tries: u32,
}

/// The result of disconnecting a connection.
#[derive(Debug)]
pub struct Ended {
    /// The revocation of its refresh token. `None` if it had none that could be opened.
    pub revocation: Option<Revocation>,
    /// Whether another token may be valid at the provider: the pair was being refreshed, or could
    /// not be opened.
    pub more_may_live: bool,
}

/// Stores connections and their token pairs. A write that may change more than its arguments name
/// reports what it changed.
#[async_trait]
pub trait ConnectionStore: fmt::Debug + Send + Sync {
    /// Returns the connection of that id.
    async fn connection(&self, id: &ConnectionId) -> Result<Option<Connection>, StoreError>;

    /// Returns the connections that a session is authorized for, the newest first, to be shown:
    /// their tokens stay sealed. A connection whose key is not configured counts as lost.
    async fn connections_of(
        &self,
        session: &SessionId,
    ) -> Result<Vec<Connection<SealedTokens>>, StoreError>;

    /// Returns the connection of that id, if the session is authorized for it.
    async fn authorized(
        &self,
        session: &SessionId,
        id: &ConnectionId,
    ) -> Result<Option<Arc<Connection>>, StoreError>;

    /// Stores a finished login: the connection (or its replacement with generation + 1) and the
    /// session. Returns `None` and stores nothing if the browser's earlier sessions have ended
    /// meanwhile, since it signed out.
    async fn finish_login(
        &self,
        login: NewLogin<'_>,
    ) -> Result<Changed<Option<Connection>>, StoreError>;

    /// Returns whether [`finish_login`](Self::finish_login) of this attempt has taken effect. It may have
    /// although it failed: an answer to a commit can be lost.
    async fn is_login_stored(&self, attempt: &AttemptId) -> Result<bool, StoreError>;

    /// Stores the account that was read for a consent. Returns `false` and changes nothing if a
    /// later consent replaced it, or the connection is no longer active. Only a complete list
    /// removes organizations. If the subject turns out to be that of another connection, the two
    /// are merged: the result has the pair of the later consent, and the sessions of both are
    /// authorized for it.
    async fn store_account(
        &self,
        consent: &Consent,
        account: Account<'_>,
        now: Timestamp,
    ) -> Result<Changed<bool>, StoreError>;

    /// Returns at most `limit` consents whose account is due to be read: incomplete ones, and those
    /// that were refreshed since the last read.
    async fn due_accounts(&self, now: Timestamp, limit: u32) -> Result<Vec<Consent>, StoreError>;

    /// Returns at most `limit` active connections that follow `after`, in the order of their last
    /// refresh, which begins with those that nobody has used for the longest time.
    async fn by_last_refresh(
        &self,
        after: Option<&LastRefresh>,
        limit: u32,
    ) -> Result<Vec<LastRefresh>, StoreError>;

    /// Erases the tokens, removes the connection from every session, and enqueues the revocation at
    /// the provider.
    async fn disconnect(
        &self,
        id: &ConnectionId,
        revocation_id: &RevocationId,
        now: Timestamp,
    ) -> Result<Ended, StoreError>;
}

/// Stores pending revocations of refresh tokens.
#[async_trait]
pub trait RevocationStore: fmt::Debug + Send + Sync {
    /// Enqueues a revocation of a token of a connection, if it belongs to one; `ends_at` is when the token
    /// expires, if the provider said so.
    async fn enqueue_revocation(
        &self,
        of: Option<&ConnectionId>,
        revocation: &Revocation,
        ends_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Returns at most `limit` revocations that are due, those that have been due longest first.
    async fn due_revocations(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Revocation>, StoreError>;

    /// Records a failed attempt, and makes the revocation due at `next_at`.
    async fn postpone_revocation(
        &self,
        id: &RevocationId,
        next_at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Removes a revocation that the provider has confirmed.
    async fn complete_revocation(&self, id: &RevocationId) -> Result<(), StoreError>;

    /// Removes the revocations whose tokens have expired, and returns their ids.
    async fn remove_expired_revocations(
        &self,
        now: Timestamp,
    ) -> Result<Vec<RevocationId>, StoreError>;

    /// Removes connections that no session has been authorized for since `since`, and enqueues the
    /// revocation of their tokens: in batches, so that no other write waits for all of them, and not
    /// necessarily all in one call. Returns how many.
    async fn sweep_orphaned(&self, now: Timestamp, since: Timestamp) -> Result<u64, StoreError>;
}

/// Stores sessions and the claims of login attempts.
#[async_trait]
pub trait SessionStore: fmt::Debug + Send + Sync {
    /// Returns the sessions of those hashes that have one, in the order of the hashes.
    async fn sessions(
        &self,
        tokens: &[TokenHash],
    ) -> Result<Vec<(TokenHash, StoredSession)>, StoreError>;

    /// Returns the session of one hash.
    async fn session(&self, token: &TokenHash) -> Result<Option<StoredSession>, StoreError> {
        let found = self.sessions(&[*token]).await?;
        Ok(found.into_iter().next().map(|(_, session)| session))
    }

    /// Records the use of a session.
    async fn touch_session(&self, id: &SessionId, now: Timestamp) -> Result<(), StoreError>;

    /// Ends a session.
    async fn end_session(&self, token: &TokenHash) -> Result<Changed<()>, StoreError>;

    /// Returns a session and the live ones that share a connection with it, the most recently used
    /// first.
    async fn sessions_sharing_with(
        &self,
        session: &SessionId,
        live: Live,
    ) -> Result<Vec<ListedSession>, StoreError>;

    /// Ends the session `other`, if it shares a connection with `session`. Returns whether it did.
    async fn end_session_sharing_with(
        &self,
        session: &SessionId,
        other: &SessionId,
    ) -> Result<Changed<bool>, StoreError>;

    /// Claims a login attempt. Returns `false` if it was claimed before.
    async fn claim(&self, attempt: &AttemptId, ends_at: Timestamp) -> Result<bool, StoreError>;

    /// Removes expired claims, and sessions that are past their end or were last used before
    /// `unused_since`: in batches, so that no other write waits for all of them, and not
    /// necessarily all in one call.
    async fn sweep(&self, now: Timestamp, unused_since: Timestamp) -> Result<(), StoreError>;

    /// Evicts what the process keeps of records that have ended, so that no unused token stays in
    /// memory.
    async fn evict_ended(&self) {}

    /// Checks that the store can read and write.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Returns what other processes have written since the last call. A cache in front of the store
    /// holds no older value after this.
    async fn detect_foreign_writes(&self) -> Result<ForeignWrites, StoreError>;

    /// Waits until another process may have written: until the database says so, or until it is time
    /// to ask it.
    async fn wait_for_foreign_write(&self);
}

/// Shares background work and the rate of requests to Snyk among the nodes of a database.
#[async_trait]
pub trait SharedWork: fmt::Debug + Send + Sync {
    /// Returns whether several nodes may use the database at a time.
    fn is_shared(&self) -> bool;

    /// Returns whether this node is the leader of some work, which does it for all nodes. It becomes
    /// the leader if there is none, and stays it for [`Work::leadership`] after each call.
    async fn lead(&self, work: Work) -> Result<bool, StoreError>;

    /// Extends the share of this node in the rate of a connection, which has `held` requests a minute,
    /// by at most `wanted`. Returns the share.
    async fn extend_rate_share(
        &self,
        connection: &ConnectionId,
        held: u32,
        wanted: u32,
    ) -> Result<u32, StoreError>;

    /// Keeps the shares of this node, reduces them, or gives those of zero requests back. Returns those
    /// that it has from then on: one may have ended.
    async fn keep_rate_shares(&self, shares: &[RateShare]) -> Result<Vec<RateShare>, StoreError>;
}

/// Gives access to what an administrator sees. It is neither sealed nor cached, so that it comes from
/// the database as it is.
pub trait Administered {
    /// Returns the records.
    fn administration(&self) -> Arc<dyn AdminRecords>;
}

/// The whole persistent storage.
pub trait Store:
    ConnectionStore + LeaseStore + SessionStore + RevocationStore + SharedWork + Administered
{
}

impl<T: ConnectionStore + LeaseStore + SessionStore + RevocationStore + SharedWork + Administered>
    Store for T
{
}
