//! The records of sessions, and of the claims of login attempts.

use async_trait::async_trait;
use domain::{
    ids::{AttemptId, SessionId},
    session::{ListedSession, NewSession, StoredSession, TokenHash},
};
use jiff::Timestamp;

use crate::store::StoreError;

/// The records that a sweep deletes, by the time that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expired {
    /// Sessions by their end.
    Sessions,
    /// Sessions by their last use.
    UnusedSessions,
    /// Claims by their end.
    Claims,
}

/// Which sessions are live, and how many of them are listed.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// The current time: they expire later.
    pub now: Timestamp,
    /// They have been used since then.
    pub unused_since: Timestamp,
    /// Maximum number of them.
    pub limit: u32,
}

/// Reads and changes sessions and claims.
#[async_trait]
pub trait SessionRecords {
    /// Returns the sessions of those hashes that have one, in the order of the hashes, by one query:
    /// a client chooses how many there are.
    async fn sessions(
        &self,
        tokens: &[TokenHash],
    ) -> Result<Vec<(TokenHash, StoredSession)>, StoreError>;

    /// Records the use of a session.
    async fn touch_session(&self, id: &SessionId, now: Timestamp) -> Result<(), StoreError>;

    /// Deletes the session of a hash with its authorizations, and returns its id.
    async fn end_session(&self, token: &TokenHash) -> Result<Option<SessionId>, StoreError>;

    /// Returns a session and the live ones that share a connection with it, the most recently used
    /// first.
    async fn sessions_sharing_with(
        &self,
        session: &SessionId,
        live: Live,
    ) -> Result<Vec<ListedSession>, StoreError>;

    /// Deletes the session `other` with its authorizations, if it shares a connection with
    /// `session`. Returns whether it did.
    async fn end_session_sharing_with(
        &self,
        session: &SessionId,
        other: &SessionId,
    ) -> Result<bool, StoreError>;

    /// Inserts a claim. Returns `false` if there is one already.
    async fn claim(&self, attempt: &AttemptId, ends_at: Timestamp) -> Result<bool, StoreError>;

    /// Deletes at most `limit` records whose time is before `before`, found by an index. Returns how
    /// many.
    async fn delete_expired(
        &self,
        expired: Expired,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError>;
}

/// Reads and changes sessions and claims in a transaction.
#[async_trait]
pub trait SessionChanges {
    /// Returns the session of a hash.
    async fn session_of_token(
        &mut self,
        token: &TokenHash,
    ) -> Result<Option<SessionId>, StoreError>;

    /// Returns the sessions that the siblings of a claimed attempt created at `since` or later, as far
    /// as they still exist.
    async fn sessions_of_siblings(
        &mut self,
        attempt: &AttemptId,
        siblings: &[AttemptId],
        since: Timestamp,
    ) -> Result<Vec<SessionId>, StoreError>;

    /// Returns whether a claimed attempt has created a session, which may have ended since.
    async fn has_created_session(&mut self, attempt: &AttemptId) -> Result<bool, StoreError>;

    /// Inserts a session.
    async fn insert_session(
        &mut self,
        session: &NewSession,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Authorizes `into` for the connections that `from` is authorized for, and deletes `from`.
    async fn replace_session(
        &mut self,
        from: &SessionId,
        into: &SessionId,
    ) -> Result<(), StoreError>;

    /// Records the session that a claimed attempt created.
    async fn record_session_of(
        &mut self,
        attempt: &AttemptId,
        session: &SessionId,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}
