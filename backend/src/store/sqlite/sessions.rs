//! Sessions and claims in SQLite.

use std::{sync::atomic::Ordering, time::Duration};

use async_trait::async_trait;
use domain::{
    ids::{AttemptId, SessionId},
    session::{StoredSession, TokenHash},
};
use jiff::Timestamp;
use sqlx::{QueryBuilder, Sqlite};

use super::SqliteStore;
use crate::store::{Change, Changed, SessionStore, StoreError};

/// Timeout of a readiness check.
const PING_TIMEOUT: Duration = Duration::from_secs(2);
/// Maximum number of rows that a sweep deletes at once. Another write waits for one batch at most.
/// Few, since the rows of a large table and of its indexes are all on different pages: with a
/// million sessions, deleting 200 of them takes ten times as long as deleting 10.
const SWEEP_BATCH: u32 = 10;
/// Maximum number of batches in a sweep of one kind; the next sweep continues.
const MAX_BATCHES: u32 = 1_000;

/// The deletions of a sweep, by index, of the rows before a time.
const SWEEP_EXPIRED: &str = "DELETE FROM sessions WHERE id IN \
     (SELECT id FROM sessions WHERE expires_at < $1 LIMIT $2)";
const SWEEP_UNUSED: &str = "DELETE FROM sessions WHERE id IN \
     (SELECT id FROM sessions WHERE last_used_at < $1 LIMIT $2)";
const SWEEP_CLAIMS: &str = "DELETE FROM claims WHERE attempt IN \
     (SELECT attempt FROM claims WHERE ends_at < $1 LIMIT $2)";

impl SqliteStore {
    async fn delete_in_batches(
        &self,
        text: &'static str,
        before: Timestamp,
    ) -> Result<(), StoreError> {
        for _ in 0..MAX_BATCHES {
            let done = sqlx::query(text)
                .bind(before.as_millisecond())
                .bind(SWEEP_BATCH)
                .execute(&self.writer)
                .await?;
            if done.rows_affected() < u64::from(SWEEP_BATCH) {
                break;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl SessionStore for SqliteStore {
    async fn sessions(
        &self,
        tokens: &[TokenHash],
    ) -> Result<Vec<(TokenHash, StoredSession)>, StoreError> {
        if tokens.is_empty() {
            return Ok(Vec::new());
        }
        // One query for all: the client chooses how many hashes there are.
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT token_hash, id, last_used_at, expires_at FROM sessions WHERE token_hash IN (",
        );
        let mut hashes = query.separated(", ");
        for token in tokens {
            hashes.push_bind(token.as_bytes());
        }
        query.push(")");
        let rows: Vec<(Vec<u8>, String, i64, i64)> =
            query.build_query_as().fetch_all(&self.readers).await?;
        let found = tokens.iter().filter_map(|token| {
            let row = rows.iter().find(|(hash, ..)| hash == token.as_bytes())?;
            Some((*token, row))
        });
        found
            .map(|(token, (_, id, last_used_at, expires_at))| {
                let time = |column, ms| {
                    Timestamp::from_millisecond(ms).map_err(|_| StoreError::Inconsistent {
                        table: "sessions",
                        column,
                        row: id.clone(),
                    })
                };
                let session = StoredSession {
                    last_used_at: time("last_used_at", *last_used_at)?,
                    expires_at: time("expires_at", *expires_at)?,
                    id: SessionId::from_stored(id.clone()),
                };
                Ok((token, session))
            })
            .collect()
    }

    async fn touch_session(&self, id: &SessionId, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE sessions SET last_used_at = $1 WHERE id = $2")
            .bind(now.as_millisecond())
            .bind(id.as_str())
            .execute(&self.writer)
            .await
            // The caller ignores the failure; the next readiness check must notice it at once.
            .inspect_err(|_| self.in_doubt.store(true, Ordering::Relaxed))?;
        Ok(())
    }

    async fn end_session(&self, token: &TokenHash) -> Result<Changed<()>, StoreError> {
        let ended: Vec<(String,)> =
            sqlx::query_as("DELETE FROM sessions WHERE token_hash = $1 RETURNING id")
                .bind(token.as_bytes())
                .fetch_all(&self.writer)
                .await?;
        let changes = ended
            .into_iter()
            .map(|(id,)| Change::Session(SessionId::from_stored(id)))
            .collect();
        Ok(Changed { value: (), changes })
    }

    async fn claim(&self, attempt: &AttemptId, ends_at: Timestamp) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO claims (attempt, ends_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .bind(attempt.as_str())
        .bind(ends_at.as_millisecond())
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn sweep(&self, now: Timestamp, unused_since: Timestamp) -> Result<(), StoreError> {
        self.delete_in_batches(SWEEP_EXPIRED, now).await?;
        self.delete_in_batches(SWEEP_UNUSED, unused_since).await?;
        self.delete_in_batches(SWEEP_CLAIMS, now).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        if !self.file.is_in_place() {
            return Err(StoreError::Moved);
        }
        let check = async {
            sqlx::query("SELECT 1").execute(&self.readers).await?;
            self.probe().await
        };
        tokio::time::timeout(PING_TIMEOUT, check)
            .await
            .unwrap_or(Err(StoreError::TooSlow))
    }
}
