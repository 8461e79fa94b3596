//! Pending revocations in PostgreSQL.

use async_trait::async_trait;
use domain::ids::{ConnectionId, RevocationId};
use jiff::Timestamp;

use super::{PostgresDatabase, tx::Tx};
use crate::store::{Revocation, SealedToken, StoreError, database::RevocationRecords};

/// Inserts a revocation. It is due from now on, which is after those that are due already, so that they
/// come first.
pub(super) async fn insert(
    tx: &mut Tx,
    of: Option<&ConnectionId>,
    revocation: &Revocation<SealedToken>,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let query = sqlx::query(
        "INSERT INTO revocations (id, refresh_token, asked_at, next_at, ends_at, connection_id) \
         VALUES ($1, $2, $3, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(revocation.id.as_str())
    .bind(revocation.token.as_bytes())
    .bind(now.as_millisecond())
    .bind(expires_at.as_millisecond())
    .bind(of.map(ConnectionId::as_str));
    tx.execute(query).await?;
    Ok(())
}

#[async_trait]
impl RevocationRecords for PostgresDatabase {
    async fn enqueue_revocation(
        &self,
        of: Option<&ConnectionId>,
        revocation: &Revocation<SealedToken>,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.write().await?;
        insert(&mut tx, of, revocation, expires_at, now).await?;
        tx.commit().await
    }

    async fn due_revocations(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Revocation<SealedToken>>, StoreError> {
        let query = sqlx::query_as(
            "SELECT id, refresh_token, tries FROM revocations WHERE next_at <= $1 \
             ORDER BY next_at LIMIT $2",
        )
        .bind(now.as_millisecond())
        .bind(i64::from(limit));
        let rows: Vec<(String, Vec<u8>, i64)> = self.pool.read().await?.all(query).await?;
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
        let query =
            sqlx::query("UPDATE revocations SET tries = tries + 1, next_at = $1 WHERE id = $2")
                .bind(next_at.as_millisecond())
                .bind(id.as_str());
        let mut tx = self.pool.write().await?;
        tx.execute(query).await?;
        tx.commit().await
    }

    async fn complete_revocation(&self, id: &RevocationId) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM revocations WHERE id = $1").bind(id.as_str());
        let mut tx = self.pool.write().await?;
        tx.execute(query).await?;
        tx.commit().await
    }

    async fn remove_expired_revocations(
        &self,
        now: Timestamp,
    ) -> Result<Vec<RevocationId>, StoreError> {
        let query = sqlx::query_as("DELETE FROM revocations WHERE ends_at < $1 RETURNING id")
            .bind(now.as_millisecond());
        let mut tx = self.pool.write().await?;
        let removed: Vec<(String,)> = tx.all(query).await?;
        tx.commit().await?;
        Ok(removed
            .into_iter()
            .map(|(id,)| RevocationId::from_stored(id))
            .collect())
    }
}
