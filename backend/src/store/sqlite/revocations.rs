//! Pending revocations in SQLite.

use async_trait::async_trait;
use domain::ids::RevocationId;
use jiff::{SignedDuration, Timestamp};
use sqlx::SqliteConnection;

use super::{SqliteStore, orphans::BATCH};
use crate::store::{Revocation, RevocationStore, StoreError};

/// Assumed lifetime of a refresh token without a known expiry; its revocation is given up after
/// this.
const DEFAULT_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 400);
/// Delay for a token that cannot be opened: it can be opened once the operator configures its key
/// again.
const UNOPENED_DELAY: SignedDuration = SignedDuration::from_hours(1);
/// Maximum number of batches of orphaned connections in a sweep; the next sweep continues.
const MAX_BATCHES: u32 = 100;

impl SqliteStore {
    /// Inserts a revocation, in the transaction that removes the token from elsewhere.
    pub(super) async fn insert_revocation(
        &self,
        to: &mut SqliteConnection,
        revocation: &Revocation,
        ends_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sealed = self.sealer.seal_revocation(revocation)?;
        let ends_at =
            ends_at.unwrap_or_else(|| now.saturating_add(DEFAULT_LIFETIME).unwrap_or(now));
        sqlx::query(
            // Due from now on, which is after those that are due already, so that they come first.
            "INSERT INTO revocations (id, refresh_token, asked_at, next_at, ends_at) \
             VALUES ($1, $2, $3, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(revocation.id.as_str())
        .bind(sealed)
        .bind(now.as_millisecond())
        .bind(ends_at.as_millisecond())
        .execute(to)
        .await?;
        Ok(())
    }
}

#[async_trait]
impl RevocationStore for SqliteStore {
    async fn enqueue_revocation(
        &self,
        revocation: &Revocation,
        ends_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer.acquire().await?;
        self.insert_revocation(&mut writer, revocation, ends_at, now)
            .await
    }

    async fn due_revocations(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Revocation>, StoreError> {
        let rows: Vec<(String, Vec<u8>, i64)> = sqlx::query_as(
            "SELECT id, refresh_token, tries FROM revocations WHERE next_at <= $1 \
             ORDER BY next_at LIMIT $2",
        )
        .bind(now.as_millisecond())
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        let mut due = Vec::new();
        for (id, sealed, tries) in rows {
            let id = RevocationId::from_stored(id);
            match self.sealer.open_revocation(&id, &sealed) {
                Ok(token) => due.push(Revocation {
                    token,
                    tries: u32::try_from(tries).unwrap_or(u32::MAX),
                    id,
                }),
                // A token that cannot be opened must not block the others.
                Err(error) => {
                    tracing::error!(revocation = id.as_str(), %error, "A token to revoke does not open");
                    let next_at = now.saturating_add(UNOPENED_DELAY).unwrap_or(now);
                    self.postpone_revocation(&id, next_at).await?;
                }
            }
        }
        Ok(due)
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
        let ended: Vec<(String,)> =
            sqlx::query_as("DELETE FROM revocations WHERE ends_at < $1 RETURNING id")
                .bind(now.as_millisecond())
                .fetch_all(&self.writer)
                .await?;
        Ok(ended
            .into_iter()
            .map(|(id,)| RevocationId::from_stored(id))
            .collect())
    }

    async fn sweep_orphaned(&self, now: Timestamp, since: Timestamp) -> Result<u64, StoreError> {
        self.mark_orphaned(now).await?;
        let mut swept = 0;
        for _ in 0..MAX_BATCHES {
            let removed = self.remove_orphaned(now, since).await?;
            swept += removed;
            if removed < u64::from(BATCH) {
                break;
            }
        }
        Ok(swept)
    }
}
