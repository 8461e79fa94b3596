//! Sessions and claims in a transaction.

use async_trait::async_trait;
use domain::{
    ids::{AttemptId, SessionId},
    session::{NewSession, TokenHash},
};
use jiff::Timestamp;

use super::SqliteTransaction;
use crate::store::{StoreError, database::SessionChanges};

#[async_trait]
impl SessionChanges for SqliteTransaction {
    async fn session_of_token(
        &mut self,
        token: &TokenHash,
    ) -> Result<Option<SessionId>, StoreError> {
        let found: Option<(String,)> =
            sqlx::query_as("SELECT id FROM sessions WHERE token_hash = $1")
                .bind(token.as_bytes())
                .fetch_optional(&mut *self.0)
                .await?;
        Ok(found.map(|(id,)| SessionId::from_stored(id)))
    }

    async fn sessions_of_siblings(
        &mut self,
        _: &AttemptId,
        siblings: &[AttemptId],
        since: Timestamp,
    ) -> Result<Vec<SessionId>, StoreError> {
        let mut sessions = Vec::new();
        for sibling in siblings {
            let found: Option<(String,)> = sqlx::query_as(
                "SELECT s.id FROM claims c JOIN sessions s ON s.id = c.session_id \
                 WHERE c.attempt = $1 AND c.session_at >= $2",
            )
            .bind(sibling.as_str())
            .bind(since.as_millisecond())
            .fetch_optional(&mut *self.0)
            .await?;
            sessions.extend(found.map(|(id,)| SessionId::from_stored(id)));
        }
        Ok(sessions)
    }

    async fn has_created_session(&mut self, attempt: &AttemptId) -> Result<bool, StoreError> {
        let found: Option<(bool,)> =
            sqlx::query_as("SELECT session_id IS NOT NULL FROM claims WHERE attempt = $1")
                .bind(attempt.as_str())
                .fetch_optional(&mut *self.0)
                .await?;
        Ok(found.is_some_and(|(has_created,)| has_created))
    }

    async fn insert_session(
        &mut self,
        session: &NewSession,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO sessions (token_hash, id, browser, signed_in_at, last_used_at, expires_at) \
             VALUES ($1, $2, $3, $4, $4, $5)",
        )
        .bind(session.token_hash.as_bytes())
        .bind(session.id.as_str())
        .bind(session.browser.to_string())
        .bind(now.as_millisecond())
        .bind(session.expires_at.as_millisecond())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    async fn replace_session(
        &mut self,
        from: &SessionId,
        into: &SessionId,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO session_connections (session_id, connection_id) \
             SELECT $1, connection_id FROM session_connections WHERE session_id = $2 \
             ON CONFLICT DO NOTHING",
        )
        .bind(into.as_str())
        .bind(from.as_str())
        .execute(&mut *self.0)
        .await?;
        sqlx::query("DELETE FROM sessions WHERE id = $1")
            .bind(from.as_str())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn record_session_of(
        &mut self,
        attempt: &AttemptId,
        session: &SessionId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE claims SET session_id = $1, session_at = $2 WHERE attempt = $3")
            .bind(session.as_str())
            .bind(now.as_millisecond())
            .bind(attempt.as_str())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }
}
