//! The records of pending revocations.

use async_trait::async_trait;
use domain::ids::{ConnectionId, RevocationId};
use jiff::Timestamp;

use super::records::SealedToken;
use crate::store::{Revocation, StoreError};

/// Reads and changes pending revocations.
#[async_trait]
pub trait RevocationRecords {
    /// Inserts a revocation of a token of a connection, if it belongs to one. It is due at once. Does
    /// nothing if there is one of its id.
    async fn enqueue_revocation(
        &self,
        of: Option<&ConnectionId>,
        revocation: &Revocation<SealedToken>,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Returns at most `limit` revocations that are due, those that have been due longest first.
    async fn due_revocations(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Revocation<SealedToken>>, StoreError>;

    /// Counts a failed attempt, and makes the revocation due at `next_at`.
    async fn postpone_revocation(
        &self,
        id: &RevocationId,
        next_at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Deletes a revocation.
    async fn complete_revocation(&self, id: &RevocationId) -> Result<(), StoreError>;

    /// Deletes the revocations whose tokens expired before `now`, and returns their ids.
    async fn remove_expired_revocations(
        &self,
        now: Timestamp,
    ) -> Result<Vec<RevocationId>, StoreError>;
}
