//! The records of leases.

use std::time::Duration;

use async_trait::async_trait;
use domain::ids::ConnectionId;

use super::records::SealedTokens;
use crate::store::{
    StoreError,
    lease::{Acquisition, Lease, Settlement},
};

/// Acquires, renews and settles leases, by one conditional statement each, on the database's clock.
#[async_trait]
pub trait LeaseRecords {
    /// Acquires the lease of an active connection of that generation, if it is free or has expired.
    /// Its owner gets an id that no other lease has.
    async fn acquire_lease(
        &self,
        id: &ConnectionId,
        generation: u64,
        lifetime: Duration,
    ) -> Result<Acquisition, StoreError>;

    /// Renews a lease, also an expired one that nobody took over. Returns `false` if the connection
    /// is not active any more, or has another generation or owner.
    async fn renew_lease(&self, lease: &Lease, lifetime: Duration) -> Result<bool, StoreError>;

    /// Applies a settlement and releases the lease. Returns `false` and changes nothing in the cases
    /// in which [`renew_lease`](Self::renew_lease) does.
    async fn settle_lease(
        &self,
        lease: &Lease,
        settlement: Settlement<'_, SealedTokens>,
    ) -> Result<bool, StoreError>;
}
