//! Sessions and claims in a transaction.

use async_trait::async_trait;
use domain::{
    ids::{AttemptId, SessionId},
    session::{NewSession, TokenHash},
};
use jiff::Timestamp;

use super::PostgresTransaction;
use crate::store::{StoreError, database::SessionChanges};

#[async_trait]
impl SessionChanges for PostgresTransaction {
    async fn session_of_token(
        &mut self,
        token: &TokenHash,
    ) -> Result<Option<SessionId>, StoreError> {
        let query = sqlx::query_as("SELECT id FROM sessions WHERE token_hash = $1 FOR UPDATE")
            .bind(token.as_bytes());
        let found: Option<(String,)> = self.tx.optional(query).await?;
        Ok(found.map(|(id,)| SessionId::from_stored(id)))
    }

    /// Locks the claim of the attempt too: a sibling that finishes at the same time waits, and finds the
    /// session of this one.
    async fn sessions_of_siblings(
        &mut self,
        attempt: &AttemptId,
        siblings: &[AttemptId],
        since: Timestamp,
    ) -> Result<Vec<SessionId>, StoreError> {
        if siblings.is_empty() {
            return Ok(Vec::new());
        }
        let siblings: Vec<_> = siblings.iter().map(AttemptId::as_str).collect();
        let mut claims = siblings.clone();
        claims.push(attempt.as_str());
        // In one order, so that siblings do not wait for each other.
        let locked = sqlx::query(
            "SELECT attempt FROM claims WHERE attempt = ANY($1) ORDER BY attempt FOR UPDATE",
        )
        .bind(claims);
        self.tx.execute(locked).await?;
        let query = sqlx::query_as(
            "SELECT s.id FROM claims c JOIN sessions s ON s.id = c.session_id \
             WHERE c.attempt = ANY($1) AND c.session_at >= $2 ORDER BY s.id FOR UPDATE OF s",
        )
        .bind(siblings)
        .bind(since.as_millisecond());
        let found: Vec<(String,)> = self.tx.all(query).await?;
        Ok(found
            .into_iter()
            .map(|(id,)| SessionId::from_stored(id))
            .collect())
    }

    /// Waits for the end of a transaction that records the session.
    async fn has_created_session(&mut self, attempt: &AttemptId) -> Result<bool, StoreError> {
        let query = sqlx::query_as(
            "SELECT session_id IS NOT NULL FROM claims WHERE attempt = $1 FOR UPDATE",
        )
        .bind(attempt.as_str());
        let found: Option<(bool,)> = self.tx.optional(query).await?;
        Ok(found.is_some_and(|(has_created,)| has_created))
    }

    async fn insert_session(
        &mut self,
        session: &NewSession,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO sessions (token_hash, id, browser, signed_in_at, last_used_at, expires_at) \
             VALUES ($1, $2, $3, $4, $4, $5)",
        )
        .bind(session.token_hash.as_bytes())
        .bind(session.id.as_str())
        .bind(session.browser.to_string())
        .bind(now.as_millisecond())
        .bind(session.expires_at.as_millisecond());
        self.tx.execute(query).await?;
        Ok(())
    }

    async fn replace_session(
        &mut self,
        from: &SessionId,
        into: &SessionId,
    ) -> Result<(), StoreError> {
        // A disconnect that is under way removes the authorizations for its connection. Without this
        // lock, the statement after it would copy what it read before that.
        let locked = sqlx::query(
            "SELECT c.id FROM connections c JOIN session_connections s ON s.connection_id = c.id \
             WHERE s.session_id = $1 ORDER BY c.id FOR KEY SHARE OF c",
        )
        .bind(from.as_str());
        self.tx.execute(locked).await?;
        let copied = sqlx::query(
            "INSERT INTO session_connections (session_id, connection_id) \
             SELECT $1, connection_id FROM session_connections WHERE session_id = $2 \
             ON CONFLICT DO NOTHING",
        )
        .bind(into.as_str())
        .bind(from.as_str());
        self.tx.execute(copied).await?;
        let deleted = sqlx::query("DELETE FROM sessions WHERE id = $1").bind(from.as_str());
        self.tx.execute(deleted).await?;
        Ok(())
    }

    async fn record_session_of(
        &mut self,
        attempt: &AttemptId,
        session: &SessionId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let query =
            sqlx::query("UPDATE claims SET session_id = $1, session_at = $2 WHERE attempt = $3")
                .bind(session.as_str())
                .bind(now.as_millisecond())
                .bind(attempt.as_str());
        self.tx.execute(query).await?;
        Ok(())
    }
}
