//! How much there is, for the metrics.

use async_trait::async_trait;

use crate::store::StoreError;

/// Up to this number of rows, an adapter for a large database counts. Above it, it may estimate.
pub(crate) const MAX_COUNTED: i64 = 10_000;

/// Numbers of rows, of which those of a large database may be estimates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sessions, with those that have expired and are not swept yet.
    pub sessions: u64,
    /// Connections that are active.
    pub active: u64,
    /// Connections that a person must make again.
    pub reconnect_needed: u64,
    /// Pending revocations.
    pub revocations: u64,
}

/// The connections to the database of this node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolSize {
    /// Open ones.
    pub open: u32,
    /// Open ones that nothing uses.
    pub idle: u32,
}

/// Counts rows and connections.
#[async_trait]
pub trait CountRecords: std::fmt::Debug + Send + Sync {
    /// Counts rows, at a cost that is bounded for a server of many.
    async fn counts(&self) -> Result<Counts, StoreError>;

    /// Returns the size of the pool.
    fn pool_size(&self) -> PoolSize;
}
