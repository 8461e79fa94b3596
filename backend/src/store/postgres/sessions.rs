//! Sessions and claims in PostgreSQL.

use async_trait::async_trait;
use domain::{
    ids::{AttemptId, SessionId},
    session::{ListedSession, StoredSession, TokenHash},
};
use jiff::Timestamp;

use super::PostgresDatabase;
use crate::store::{
    Change, StoreError,
    database::{Expired, Live, SessionRecords},
    rows::{ListedRow, session},
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

/// A session and the live ones that share a connection with it, by their ids. The array is computed
/// once; else the database might go over all sessions in the order of their last use.
const SHARING: &str = "SELECT id, browser, signed_in_at, last_used_at, expires_at FROM sessions \
     WHERE id = ANY(ARRAY(SELECT CAST($1 AS TEXT) UNION ALL \
         SELECT other.session_id FROM session_connections mine \
         JOIN session_connections other ON other.connection_id = mine.connection_id \
         WHERE mine.session_id = $1)) \
     AND (id = $1 OR expires_at > $2 AND last_used_at > $3) \
     ORDER BY id = $1 DESC, last_used_at DESC, id LIMIT $4";
const END_SHARING: &str = "DELETE FROM sessions WHERE id = $2 AND EXISTS \
     (SELECT 1 FROM session_connections mine \
         JOIN session_connections other ON other.connection_id = mine.connection_id \
         WHERE mine.session_id = $1 AND other.session_id = $2)";

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

    async fn sessions_sharing_with(
        &self,
        session: &SessionId,
        live: Live,
    ) -> Result<Vec<ListedSession>, StoreError> {
        let query = sqlx::query_as(SHARING)
            .bind(session.as_str())
            .bind(live.now.as_millisecond())
            .bind(live.unused_since.as_millisecond())
            .bind(i64::from(live.limit));
        let rows: Vec<ListedRow> = self.pool.read().await?.all(query).await?;
        let listed: Result<_, _> = rows.into_iter().map(ListedSession::try_from).collect();
        Ok(listed?)
    }

    async fn end_session_sharing_with(
        &self,
        session: &SessionId,
        other: &SessionId,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(END_SHARING)
            .bind(session.as_str())
            .bind(other.as_str());
        let mut tx = self.pool.write().await?;
        let has_ended = tx.execute(query).await? == 1;
        let change = has_ended.then(|| Change::Session(other.clone()));
        self.feed.commit(tx, change.as_slice()).await?;
        Ok(has_ended)
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
