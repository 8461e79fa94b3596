//! Background work and rates that nodes share, and what an administrator sees. Nothing of it is sealed.

use std::sync::Arc;

use async_trait::async_trait;
use domain::ids::ConnectionId;

use super::{Repository, retry};
use crate::store::{
    Administered, RateShare, SharedWork, StoreError, Work,
    database::{AdminRecords, Database},
};

#[async_trait]
impl<D: Database> SharedWork for Repository<D> {
    fn is_shared(&self) -> bool {
        self.database.is_shared()
    }

    async fn lead(&self, work: Work) -> Result<bool, StoreError> {
        retry(|| self.database.lead(work)).await
    }

    async fn extend_rate_share(
        &self,
        connection: &ConnectionId,
        held: u32,
        wanted: u32,
    ) -> Result<u32, StoreError> {
        retry(|| self.database.extend_rate_share(connection, held, wanted)).await
    }

    async fn keep_rate_shares(&self, shares: &[RateShare]) -> Result<Vec<RateShare>, StoreError> {
        retry(|| self.database.keep_rate_shares(shares)).await
    }
}

impl<D: Database> Administered for Repository<D> {
    fn administration(&self) -> Arc<dyn AdminRecords> {
        Arc::clone(&self.database) as _
    }
}
