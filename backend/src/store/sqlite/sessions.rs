//! Sessions and claims in SQLite.

use std::{sync::atomic::Ordering, time::Duration};

use async_trait::async_trait;
use domain::session::{SessionId, StoredSession, TokenHash};
use jiff::Timestamp;
use sqlx::{QueryBuilder, Sqlite};

use super::SqliteStore;
use crate::store::{SessionStore, StoreError};

/// Timeout of a readiness check.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

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

    async fn end_session(&self, token: &TokenHash) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE token_hash = $1")
            .bind(token.as_bytes())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn claim(&self, attempt: &str, ends_at: Timestamp) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO claims (attempt, ends_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .bind(attempt)
        .bind(ends_at.as_millisecond())
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn sweep(&self, now: Timestamp, unused_since: Timestamp) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE expires_at < $1 OR last_used_at < $2")
            .bind(now.as_millisecond())
            .bind(unused_since.as_millisecond())
            .execute(&self.writer)
            .await?;
        sqlx::query("DELETE FROM claims WHERE ends_at < $1")
            .bind(now.as_millisecond())
            .execute(&self.writer)
            .await?;
        Ok(())
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
