//! Pending revocations.

use async_trait::async_trait;
use domain::ids::{ConnectionId, RevocationId};
use jiff::{SignedDuration, Timestamp};

use super::Repository;
use crate::store::{
    Revocation, RevocationStore, StoreError,
    database::{ConnectionChanges as _, Database},
};

/// Assumed lifetime of a refresh token without a known expiry; its revocation is given up after
/// this.
const DEFAULT_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 400);
/// Delay for a token that cannot be opened: it can be opened once the operator configures its key
/// again.
const UNOPENED_DELAY: SignedDuration = SignedDuration::from_hours(1);

impl<D: Database> Repository<D> {
    /// Inserts a revocation in the transaction that removes its token from elsewhere.
    pub(super) async fn insert_revocation(
        &self,
        tx: &mut D::Transaction,
        of: &ConnectionId,
        revocation: &Revocation,
        expires_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sealed = self.sealer.seal_revocation(revocation)?;
        let expires_at = expires_at.unwrap_or_else(|| default_expiry(now));
        tx.insert_revocation(of, &sealed, expires_at, now).await
    }
}

fn default_expiry(now: Timestamp) -> Timestamp {
    now.saturating_add(DEFAULT_LIFETIME).unwrap_or(now)
}

#[async_trait]
impl<D: Database> RevocationStore for Repository<D> {
    async fn enqueue_revocation(
        &self,
        of: Option<&ConnectionId>,
        revocation: &Revocation,
        ends_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sealed = self.sealer.seal_revocation(revocation)?;
        let expires_at = ends_at.unwrap_or_else(|| default_expiry(now));
        self.database
            .enqueue_revocation(of, &sealed, expires_at, now)
            .await
    }

    async fn due_revocations(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Revocation>, StoreError> {
        let mut due = Vec::new();
        for sealed in self.database.due_revocations(now, limit).await? {
            match self.sealer.open_revocation(sealed) {
                Ok(revocation) => due.push(revocation),
                // A token that cannot be opened must not block the others.
                Err((id, error)) => {
                    tracing::error!(revocation = id.as_str(), %error, "A token to revoke does not open");
                    let next_at = now.saturating_add(UNOPENED_DELAY).unwrap_or(now);
                    self.database.postpone_revocation(&id, next_at).await?;
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
        self.database.postpone_revocation(id, next_at).await
    }

    async fn complete_revocation(&self, id: &RevocationId) -> Result<(), StoreError> {
        self.database.complete_revocation(id).await
    }

    async fn remove_expired_revocations(
        &self,
        now: Timestamp,
    ) -> Result<Vec<RevocationId>, StoreError> {
        self.database.remove_expired_revocations(now).await
    }

    async fn sweep_orphaned(&self, now: Timestamp, since: Timestamp) -> Result<u64, StoreError> {
        self.mark_orphaned(now).await?;
        self.delete_orphaned(now, since).await
    }
}
