//! Leases in SQLite, and the token pairs that are replaced under them.

use std::time::Duration;

use async_trait::async_trait;
use domain::ids::ConnectionId;
use jiff::Timestamp;

use super::SqliteDatabase;
use crate::store::{
    SealedTokens, StoreError,
    database::LeaseRecords,
    lease::{Acquisition, Lease, Settlement},
    lease_sql::{self, held},
    rows::milliseconds,
};

impl SqliteDatabase {
    /// Returns why a lease was not acquired. Only a read: the caller tries again in either case.
    async fn why_not_acquired(
        &self,
        id: &ConnectionId,
        generation: u64,
    ) -> Result<Acquisition, StoreError> {
        let current: Option<(i64,)> = sqlx::query_as(lease_sql::CURRENT)
            .bind(id.as_str())
            .bind(generation.cast_signed())
            .fetch_optional(&self.readers)
            .await?;
        Ok(match current {
            Some(_) => Acquisition::Held,
            None => Acquisition::Superseded,
        })
    }
}

#[async_trait]
impl LeaseRecords for SqliteDatabase {
    async fn acquire_lease(
        &self,
        id: &ConnectionId,
        generation: u64,
        lifetime: Duration,
    ) -> Result<Acquisition, StoreError> {
        // SQLite returns no value from before an update. Which of the two owners it stored shows
        // whether the lease was free.
        let owner = ulid::Ulid::new().to_string();
        let successor = format!("{owner}-successor");
        // All rows, since the statement is committed after its last one.
        let acquired: Vec<(String,)> = sqlx::query_as(concat!(
            "UPDATE connections SET lease = CASE WHEN lease IS NULL THEN $3 ELSE $4 END, \
                 lease_ends_at = ",
            now!(),
            " + $5 WHERE id = $1 AND generation = $2 AND status = 'active' \
                 AND (lease IS NULL OR lease_ends_at < ",
            now!(),
            ") RETURNING lease"
        ))
        .bind(id.as_str())
        .bind(generation.cast_signed())
        .bind(&owner)
        .bind(&successor)
        .bind(milliseconds(lifetime))
        .fetch_all(&self.writer)
        .await?;
        let lease = |owner| Lease::new(id.clone(), generation, owner);
        match acquired.into_iter().next() {
            Some((stored,)) if stored == owner => Ok(Acquisition::Free(lease(owner))),
            Some((stored,)) => Ok(Acquisition::Abandoned(lease(stored))),
            None => self.why_not_acquired(id, generation).await,
        }
    }

    async fn renew_lease(&self, lease: &Lease, lifetime: Duration) -> Result<bool, StoreError> {
        let done = sqlx::query(concat!(
            "UPDATE connections SET lease_ends_at = ",
            now!(),
            " + $4",
            held!()
        ))
        .bind(lease.connection().as_str())
        .bind(lease.generation().cast_signed())
        .bind(lease.owner())
        .bind(milliseconds(lifetime))
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
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
        let done = query.execute(&self.writer).await?;
        Ok(done.rows_affected() == 1)
    }
}
