//! Leases in PostgreSQL, and the token pairs that are replaced under them.

use std::time::Duration;

use async_trait::async_trait;
use domain::ids::ConnectionId;
use jiff::Timestamp;

use super::PostgresDatabase;
use crate::store::{
    Change, SealedTokens, StoreError,
    database::LeaseRecords,
    lease::{Acquisition, Lease, Settlement},
    lease_sql::{self, held},
    rows::milliseconds,
};

/// A lease that was free goes to the owner `$3`, and an expired one to `$4`: an update returns no value
/// from before it, so the stored owner shows which of them it was.
const ACQUIRE: &str = concat!(
    "UPDATE connections SET lease = CASE WHEN lease IS NULL THEN $3 ELSE $4 END, lease_ends_at = ",
    now!(),
    " + $5 WHERE id = $1 AND generation = $2 AND status = 'active' \
         AND (lease IS NULL OR lease_ends_at < ",
    now!(),
    ") RETURNING lease"
);
const RENEW: &str = concat!(
    "UPDATE connections SET lease_ends_at = ",
    now!(),
    " + $4",
    held!()
);

#[async_trait]
impl LeaseRecords for PostgresDatabase {
    async fn acquire_lease(
        &self,
        id: &ConnectionId,
        generation: u64,
        lifetime: Duration,
    ) -> Result<Acquisition, StoreError> {
        let owner = ulid::Ulid::new().to_string();
        let successor = format!("{owner}-successor");
        let query = sqlx::query_as(ACQUIRE)
            .bind(id.as_str())
            .bind(generation.cast_signed())
            .bind(&owner)
            .bind(&successor)
            .bind(milliseconds(lifetime));
        let mut tx = self.pool.write().await?;
        let acquired: Option<(String,)> = tx.optional(query).await?;
        let lease = |owner| Lease::new(id.clone(), generation, owner);
        if let Some((stored,)) = acquired {
            tx.commit().await?;
            return Ok(if stored == owner {
                Acquisition::Free(lease(owner))
            } else {
                Acquisition::Abandoned(lease(stored))
            });
        }
        // Why not: only for the caller's information, who tries again in either case.
        let query = sqlx::query_as(lease_sql::CURRENT)
            .bind(id.as_str())
            .bind(generation.cast_signed());
        let current: Option<(i64,)> = tx.optional(query).await?;
        Ok(match current {
            Some(_) => Acquisition::Held,
            None => Acquisition::Superseded,
        })
    }

    async fn renew_lease(&self, lease: &Lease, lifetime: Duration) -> Result<bool, StoreError> {
        let query = sqlx::query(RENEW)
            .bind(lease.connection().as_str())
            .bind(lease.generation().cast_signed())
            .bind(lease.owner())
            .bind(milliseconds(lifetime));
        let mut tx = self.pool.write().await?;
        let renewed = tx.execute(query).await?;
        tx.commit().await?;
        Ok(renewed == 1)
    }

    async fn settle_lease(
        &self,
        lease: &Lease,
        settlement: Settlement<'_, SealedTokens>,
    ) -> Result<bool, StoreError> {
        let mut query = sqlx::query(lease_sql::settle(&settlement))
            .bind(lease.connection().as_str())
            .bind(lease.generation().cast_signed())
            .bind(lease.owner());
        if let Settlement::Pair { grant, issued_at } = settlement {
            query = query
                .bind(issued_at.as_millisecond())
                .bind(grant.access_expires_at.as_millisecond())
                .bind(grant.refresh_expires_at.map(Timestamp::as_millisecond))
                .bind(grant.tokens.access.as_bytes())
                .bind(grant.tokens.refresh.as_bytes())
                .bind(grant.scopes.as_ref().map(ToString::to_string));
        }
        let mut tx = self.pool.write().await?;
        let is_settled = tx.execute(query).await? == 1;
        let is_visible = matches!(
            settlement,
            Settlement::Pair { .. } | Settlement::ReconnectNeeded
        );
        let change = || Change::Connection(lease.connection().clone());
        let changes: Vec<_> = (is_settled && is_visible)
            .then(change)
            .into_iter()
            .collect();
        self.feed.commit(tx, &changes).await?;
        Ok(is_settled)
    }
}
