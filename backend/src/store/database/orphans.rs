//! The marks of orphaned connections, which no session is authorized for.

use async_trait::async_trait;
use domain::ids::ConnectionId;
use jiff::Timestamp;

use crate::store::StoreError;

/// Finds and marks orphaned connections. What a search finds may be outdated when it is marked, so
/// each mark checks again that it applies.
#[async_trait]
pub trait OrphanRecords {
    /// Returns at most `limit` orphaned connections without a mark whose ids follow `after`, by id.
    async fn find_orphaned(
        &self,
        after: Option<&ConnectionId>,
        limit: u32,
    ) -> Result<Vec<ConnectionId>, StoreError>;

    /// Marks those of the connections that are still orphaned and not marked, with the current time.
    async fn mark_orphaned(&self, ids: &[ConnectionId], now: Timestamp) -> Result<(), StoreError>;

    /// Returns at most `limit` marked connections that a session is authorized for, whose ids follow
    /// `after`, by id.
    async fn find_outdated_marks(
        &self,
        after: Option<&ConnectionId>,
        limit: u32,
    ) -> Result<Vec<ConnectionId>, StoreError>;

    /// Removes the marks of those of the connections that a session is still authorized for.
    async fn remove_marks(&self, ids: &[ConnectionId], now: Timestamp) -> Result<(), StoreError>;
}
