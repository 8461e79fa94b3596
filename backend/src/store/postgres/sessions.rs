//! Sessions and claims in PostgreSQL.

use async_trait::async_trait;
use domain::{
    ids::{AttemptId, SessionId},
    session::{StoredSession, TokenHash},
};
use jiff::Timestamp;

use super::PostgresDatabase;
use crate::store::{
    Change, StoreError,
    database::{Expired, SessionRecords},
    rows::session,
};

/// The deletions of a sweep. Each passes over rows that another node is deleting. The array is computed
/// once; the database may run another subquery for each row, and would then delete more than the limit.
const DELETE_EXPIRED: &str = "DELETE FROM sessions WHERE id = ANY(ARRAY(\
     SELECT id FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 \
     FOR UPDATE SKIP LOCKED))";
const DELETE_UNUSED: &str = "DELETE FROM sessions WHERE id = ANY(ARRAY(\
     SELECT id FROM sessions WHERE last_used_at < $1 ORDER BY last_used_at LIMIT $2 \
     FOR UPDATE SKIP LOCKED))";
const DELETE_CLAIMS: &str = "DELETE FROM claims WHERE attempt = ANY(ARRAY(\
     SELECT attempt FROM claims WHERE ends_at < $1 ORDER BY ends_at LIMIT $2 \
     FOR UPDATE SKIP LOCKED))";

#[async_trait]
impl SessionRecords for PostgresDatabase {
    async fn sessions(
        &self,
        tokens: &[TokenHash],
    ) -> Result<Vec<(TokenHash, StoredSession)>, StoreError> {
        let hashes: Vec<&[u8]> = tokens.iter().map(TokenHash::as_bytes).collect();
        let query = sqlx::query_as(
            "SELECT token_hash, id, last_used_at, expires_at FROM sessions \
             WHERE token_hash = ANY($1)",
        )
        .bind(hashes);
        let rows: Vec<(Vec<u8>, String, i64, i64)> = self.pool.read().await?.all(query).await?;
        let found = tokens.iter().filter_map(|token| {
            let row = rows.iter().find(|(hash, ..)| hash == token.as_bytes())?;
            Some((*token, row))
        });
        found
            .map(|(token, (_, id, last_used_at, expires_at))| {
                Ok((token, session(id, *last_used_at, *expires_at)?))
            })
            .collect()
    }

    async fn touch_session(&self, id: &SessionId, now: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE sessions SET last_used_at = $1 WHERE id = $2")
            .bind(now.as_millisecond())
            .bind(id.as_str());
        let mut tx = self.pool.write().await?;
        tx.execute(query).await?;
        self.feed.commit(tx, &[Change::Session(id.clone())]).await
    }

    async fn end_session(&self, token: &TokenHash) -> Result<Option<SessionId>, StoreError> {
        let query = sqlx::query_as("DELETE FROM sessions WHERE token_hash = $1 RETURNING id")
            .bind(token.as_bytes());
        let mut tx = self.pool.write().await?;
        let ended: Option<(String,)> = tx.optional(query).await?;
        let ended = ended.map(|(id,)| SessionId::from_stored(id));
        let changes: Vec<_> = ended.clone().map(Change::Session).into_iter().collect();
        self.feed.commit(tx, &changes).await?;
        Ok(ended)
    }

    async fn claim(&self, attempt: &AttemptId, ends_at: Timestamp) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "INSERT INTO claims (attempt, ends_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .bind(attempt.as_str())
        .bind(ends_at.as_millisecond());
        let mut tx = self.pool.write().await?;
        let inserted = tx.execute(query).await?;
        tx.commit().await?;
        Ok(inserted == 1)
    }

    async fn delete_expired(
        &self,
        expired: Expired,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let statement = match expired {
            Expired::Sessions => DELETE_EXPIRED,
            Expired::UnusedSessions => DELETE_UNUSED,
            Expired::Claims => DELETE_CLAIMS,
        };
        let query = sqlx::query(statement)
            .bind(before.as_millisecond())
            .bind(i64::from(limit));
        let mut tx = self.pool.write().await?;
        let deleted = tx.execute(query).await?;
        tx.commit().await?;
        Ok(deleted)
    }
}
