//! The parts of the store that are not cached: revocations, work that nodes share, and what an
//! administrator sees.

use std::sync::Arc;

use async_trait::async_trait;
use domain::ids::{ConnectionId, RevocationId};
use jiff::Timestamp;

use super::CachedStore;
use crate::store::{
    Administered, RateShare, Revocation, RevocationStore, SharedWork, Store, StoreError, Work,
    database::AdminRecords,
};

#[async_trait]
impl<S: Store + ?Sized> RevocationStore for CachedStore<S> {
    async fn enqueue_revocation(
        &self,
        of: Option<&ConnectionId>,
        revocation: &Revocation,
        ends_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.inner
            .enqueue_revocation(of, revocation, ends_at, now)
            .await
    }

    async fn due_revocations(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Revocation>, StoreError> {
        self.inner.due_revocations(now, limit).await
    }

    async fn postpone_revocation(
        &self,
        id: &RevocationId,
        next_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.inner.postpone_revocation(id, next_at).await
    }

    async fn complete_revocation(&self, id: &RevocationId) -> Result<(), StoreError> {
        self.inner.complete_revocation(id).await
    }

    async fn remove_expired_revocations(
        &self,
        now: Timestamp,
    ) -> Result<Vec<RevocationId>, StoreError> {
        self.inner.remove_expired_revocations(now).await
    }

    /// Changes nothing that is cached: no session is authorized for these connections.
    async fn sweep_orphaned(&self, now: Timestamp, since: Timestamp) -> Result<u64, StoreError> {
        self.inner.sweep_orphaned(now, since).await
    }
}

#[async_trait]
impl<S: Store + ?Sized> SharedWork for CachedStore<S> {
    fn is_shared(&self) -> bool {
        self.inner.is_shared()
    }

    async fn lead(&self, work: Work) -> Result<bool, StoreError> {
        self.inner.lead(work).await
    }

    async fn extend_rate_share(
        &self,
        connection: &ConnectionId,
        held: u32,
        wanted: u32,
    ) -> Result<u32, StoreError> {
        self.inner.extend_rate_share(connection, held, wanted).await
    }

    async fn keep_rate_shares(&self, shares: &[RateShare]) -> Result<Vec<RateShare>, StoreError> {
        self.inner.keep_rate_shares(shares).await
    }
}

impl<S: Store + ?Sized> Administered for CachedStore<S> {
    fn administration(&self) -> Arc<dyn AdminRecords> {
        self.inner.administration()
    }
}
