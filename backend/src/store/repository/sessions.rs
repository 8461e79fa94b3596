//! Sessions and claims. They hold nothing that is sealed.

use async_trait::async_trait;
use domain::{
    ids::{AttemptId, SessionId},
    session::{ListedSession, StoredSession, TokenHash},
};
use jiff::Timestamp;

use super::Repository;
use crate::store::{
    Change, Changed, ForeignWrites, Live, SessionStore, StoreError,
    database::{Database, Expired},
};

/// Maximum number of records that a sweep deletes at once. Another write waits for one batch at
/// most. Few, since the rows of a large table and of its indexes are all on different pages: with a
/// million sessions, deleting 200 of them takes ten times as long as deleting 10.
const BATCH: u32 = 10;
/// Maximum number of batches in a sweep of one kind; the next sweep continues.
const MAX_BATCHES: u32 = 1_000;

impl<D: Database> Repository<D> {
    async fn delete_in_batches(
        &self,
        expired: Expired,
        before: Timestamp,
    ) -> Result<(), StoreError> {
        for _ in 0..MAX_BATCHES {
            let deleted = self.database.delete_expired(expired, before, BATCH).await?;
            if deleted < u64::from(BATCH) {
                break;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl<D: Database> SessionStore for Repository<D> {
    async fn sessions(
        &self,
        tokens: &[TokenHash],
    ) -> Result<Vec<(TokenHash, StoredSession)>, StoreError> {
        if tokens.is_empty() {
            return Ok(Vec::new());
        }
        self.database.sessions(tokens).await
    }

    async fn touch_session(&self, id: &SessionId, now: Timestamp) -> Result<(), StoreError> {
        self.database.touch_session(id, now).await
    }

    async fn end_session(&self, token: &TokenHash) -> Result<Changed<()>, StoreError> {
        let ended = self.database.end_session(token).await?;
        Ok(Changed {
            value: (),
            changes: ended.into_iter().map(Change::Session).collect(),
        })
    }

    async fn sessions_sharing_with(
        &self,
        session: &SessionId,
        live: Live,
    ) -> Result<Vec<ListedSession>, StoreError> {
        self.database.sessions_sharing_with(session, live).await
    }

    async fn end_session_sharing_with(
        &self,
        session: &SessionId,
        other: &SessionId,
    ) -> Result<Changed<bool>, StoreError> {
        let has_ended = self.database.end_session_sharing_with(session, other);
        let has_ended = has_ended.await?;
        let change = has_ended.then(|| Change::Session(other.clone()));
        Ok(Changed {
            value: has_ended,
            changes: change.into_iter().collect(),
        })
    }

    async fn claim(&self, attempt: &AttemptId, ends_at: Timestamp) -> Result<bool, StoreError> {
        self.database.claim(attempt, ends_at).await
    }

    async fn sweep(&self, now: Timestamp, unused_since: Timestamp) -> Result<(), StoreError> {
        self.delete_in_batches(Expired::Sessions, now).await?;
        self.delete_in_batches(Expired::UnusedSessions, unused_since)
            .await?;
        self.delete_in_batches(Expired::Claims, now).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.database.ping().await
    }

    async fn detect_foreign_writes(&self) -> Result<ForeignWrites, StoreError> {
        self.database.detect_foreign_writes().await
    }

    async fn wait_for_foreign_write(&self) {
        self.database.wait_for_foreign_write().await;
    }
}
