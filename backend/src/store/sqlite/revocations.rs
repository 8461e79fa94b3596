//! Pending revocations in SQLite.

use async_trait::async_trait;
use domain::ids::{ConnectionId, RevocationId};
use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::SqliteDatabase;
use crate::store::{Revocation, SealedToken, StoreError, database::RevocationRecords};

/// Inserts a revocation, in a transaction or alone.
pub(super) async fn insert(
    to: &mut SqliteConnection,
    of: Option<&ConnectionId>,
    revocation: &Revocation<SealedToken>,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        // Due from now on, which is after those that are due already, so that they come first.
        "INSERT INTO revocations (id, refresh_token, asked_at, next_at, ends_at, connection_id) \
         VALUES ($1, $2, $3, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(revocation.id.as_str())
    .bind(revocation.token.as_bytes())
    .bind(now.as_millisecond())
    .bind(expires_at.as_millisecond())
    .bind(of.map(ConnectionId::as_str))
    .execute(to)
    .await?;
    Ok(())
}

#[async_trait]
impl RevocationRecords for SqliteDatabase {
    async fn enqueue_revocation(
        &self,
        of: Option<&ConnectionId>,
        revocation: &Revocation<SealedToken>,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer.acquire().await?;
        insert(&mut writer, of, revocation, expires_at, now).await
    }

    async fn due_revocations(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Revocation<SealedToken>>, StoreError> {
        let rows: Vec<(String, Vec<u8>, i64)> = sqlx::query_as(
            "SELECT id, refresh_token, tries FROM revocations WHERE next_at <= $1 \
             ORDER BY next_at LIMIT $2",
        )
        .bind(now.as_millisecond())
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        let due = rows.into_iter().map(|(id, token, tries)| Revocation {
            id: RevocationId::from_stored(id),
            token: SealedToken::from_stored(token),
            tries: u32::try_from(tries).unwrap_or(u32::MAX),
        });
        Ok(due.collect())
    }

    async fn postpone_revocation(
        &self,
        id: &RevocationId,
        next_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE revocations SET tries = tries + 1, next_at = $1 WHERE id = $2")
            .bind(next_at.as_millisecond())
            .bind(id.as_str())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn complete_revocation(&self, id: &RevocationId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM revocations WHERE id = $1")
            .bind(id.as_str())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn remove_expired_revocations(
        &self,
        now: Timestamp,
    ) -> Result<Vec<RevocationId>, StoreError> {
        let removed: Vec<(String,)> =
            sqlx::query_as("DELETE FROM revocations WHERE ends_at < $1 RETURNING id")
                .bind(now.as_millisecond())
                .fetch_all(&self.writer)
                .await?;
        Ok(removed
            .into_iter()
            .map(|(id,)| RevocationId::from_stored(id))
            .collect())
    }
}
