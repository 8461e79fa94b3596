//! Leases, and the token pairs that are replaced under them.

use std::time::Duration;

use async_trait::async_trait;
use domain::ids::ConnectionId;

use super::Repository;
use crate::store::{
    StoreError,
    database::Database,
    lease::{Acquisition, Lease, LeaseStore, SettleError, Settlement},
};

impl<D: Database> Repository<D> {
    async fn settle(&self, lease: &Lease, settlement: Settlement<'_>) -> Result<bool, StoreError> {
        let grant;
        let sealed = match settlement {
            Settlement::Pair {
                grant: open,
                issued_at,
            } => {
                grant = self.sealer.seal_grant(lease.connection(), open)?;
                Settlement::Pair {
                    grant: &grant,
                    issued_at,
                }
            }
            Settlement::ReconnectNeeded => Settlement::ReconnectNeeded,
            Settlement::Nothing => Settlement::Nothing,
            Settlement::Unknown => Settlement::Unknown,
        };
        self.database.settle_lease(lease, sealed).await
    }
}

#[async_trait]
impl<D: Database> LeaseStore for Repository<D> {
    async fn acquire_lease(
        &self,
        id: &ConnectionId,
        generation: u64,
        lifetime: Duration,
    ) -> Result<Acquisition, StoreError> {
        self.database.acquire_lease(id, generation, lifetime).await
    }

    async fn renew_lease(&self, lease: &Lease, lifetime: Duration) -> Result<bool, StoreError> {
        self.database.renew_lease(lease, lifetime).await
    }

    async fn settle_lease(
        &self,
        lease: Lease,
        settlement: Settlement<'_>,
    ) -> Result<bool, SettleError> {
        match self.settle(&lease, settlement).await {
            Ok(is_settled) => Ok(is_settled),
            Err(cause) => Err(SettleError { lease, cause }),
        }
    }
}
