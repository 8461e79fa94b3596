//! Sessions and claims in SQLite.

use std::sync::atomic::Ordering;

use async_trait::async_trait;
use domain::{
    ids::{AttemptId, SessionId},
    session::{ListedSession, StoredSession, TokenHash},
};
use jiff::Timestamp;
use sqlx::{QueryBuilder, Sqlite};

use super::SqliteDatabase;
use crate::store::{
    StoreError,
    database::{Expired, Live, SessionRecords},
    rows::{ListedRow, session},
};

/// The deletions of a sweep, by index, of the rows before a time.
const DELETE_EXPIRED: &str = "DELETE FROM sessions WHERE id IN \
     (SELECT id FROM sessions WHERE expires_at < $1 LIMIT $2)";
const DELETE_UNUSED: &str = "DELETE FROM sessions WHERE id IN \
     (SELECT id FROM sessions WHERE last_used_at < $1 LIMIT $2)";
const DELETE_CLAIMS: &str = "DELETE FROM claims WHERE attempt IN \
     (SELECT attempt FROM claims WHERE ends_at < $1 LIMIT $2)";

/// A session and the live ones that share a connection with it, by their ids.
const SHARING: &str = "SELECT id, browser, signed_in_at, last_used_at, expires_at FROM sessions \
     WHERE id IN (SELECT $1 UNION ALL SELECT other.session_id FROM session_connections mine \
         JOIN session_connections other ON other.connection_id = mine.connection_id \
         WHERE mine.session_id = $1) \
     AND (id = $1 OR expires_at > $2 AND last_used_at > $3) \
     ORDER BY id = $1 DESC, last_used_at DESC, id LIMIT $4";
const END_SHARING: &str = "DELETE FROM sessions WHERE id = $2 AND EXISTS \
     (SELECT 1 FROM session_connections mine \
         JOIN session_connections other ON other.connection_id = mine.connection_id \
         WHERE mine.session_id = $1 AND other.session_id = $2)";

#[async_trait]
impl SessionRecords for SqliteDatabase {
    async fn sessions(
        &self,
        tokens: &[TokenHash],
    ) -> Result<Vec<(TokenHash, StoredSession)>, StoreError> {
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
                Ok((token, session(id, *last_used_at, *expires_at)?))
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

    async fn end_session(&self, token: &TokenHash) -> Result<Option<SessionId>, StoreError> {
        // All rows, since the statement is committed after its last one.
        let ended: Vec<(String,)> =
            sqlx::query_as("DELETE FROM sessions WHERE token_hash = $1 RETURNING id")
                .bind(token.as_bytes())
                .fetch_all(&self.writer)
                .await?;
        let ended = ended.into_iter().next();
        Ok(ended.map(|(id,)| SessionId::from_stored(id)))
    }

    async fn sessions_sharing_with(
        &self,
        session: &SessionId,
        live: Live,
    ) -> Result<Vec<ListedSession>, StoreError> {
        let rows: Vec<ListedRow> = sqlx::query_as(SHARING)
            .bind(session.as_str())
            .bind(live.now.as_millisecond())
            .bind(live.unused_since.as_millisecond())
            .bind(live.limit)
            .fetch_all(&self.readers)
            .await?;
        let listed: Result<_, _> = rows.into_iter().map(ListedSession::try_from).collect();
        Ok(listed?)
    }

    async fn end_session_sharing_with(
        &self,
        session: &SessionId,
        other: &SessionId,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(END_SHARING)
            .bind(session.as_str())
            .bind(other.as_str())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() == 1)
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

    async fn delete_expired(
        &self,
        expired: Expired,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let query = match expired {
            Expired::Sessions => DELETE_EXPIRED,
            Expired::UnusedSessions => DELETE_UNUSED,
            Expired::Claims => DELETE_CLAIMS,
        };
        let done = sqlx::query(query)
            .bind(before.as_millisecond())
            .bind(limit)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}
