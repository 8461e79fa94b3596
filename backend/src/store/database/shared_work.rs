//! The records of what nodes share: background work, and the rate of requests to Snyk.

use async_trait::async_trait;
use domain::ids::ConnectionId;

use crate::store::{RateShare, StoreError, Work};

/// Shares work and rates among nodes, on the database's clock.
#[async_trait]
pub trait SharedWorkRecords {
    /// Returns whether several nodes may use the database at a time.
    fn is_shared(&self) -> bool;

    /// Makes this node the leader of some work, unless another one is, and returns whether it is. It
    /// stays the leader for [`Work::leadership`] after each call.
    async fn lead(&self, work: Work) -> Result<bool, StoreError>;

    /// Extends the share of this node in the rate of a connection, which has `held` requests a minute,
    /// by at most `wanted`, as far as the nodes have not been given all. Returns the share.
    async fn extend_rate_share(
        &self,
        connection: &ConnectionId,
        held: u32,
        wanted: u32,
    ) -> Result<u32, StoreError>;

    /// Extends the lifetimes of this node's shares that have not ended, and reduces each to that
    /// number. Returns those. A share of zero is given back. Deletes what other nodes have left behind.
    async fn keep_rate_shares(&self, shares: &[RateShare]) -> Result<Vec<RateShare>, StoreError>;
}
