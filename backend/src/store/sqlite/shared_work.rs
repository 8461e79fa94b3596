//! The only node of a SQLite file does everything.

use async_trait::async_trait;
use domain::ids::ConnectionId;

use super::SqliteDatabase;
use crate::store::{RateShare, StoreError, Work, database::SharedWorkRecords};

#[async_trait]
impl SharedWorkRecords for SqliteDatabase {
    fn is_shared(&self) -> bool {
        false
    }

    async fn lead(&self, _: Work) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn extend_rate_share(
        &self,
        _: &ConnectionId,
        held: u32,
        wanted: u32,
    ) -> Result<u32, StoreError> {
        Ok(held.saturating_add(wanted))
    }

    async fn keep_rate_shares(&self, shares: &[RateShare]) -> Result<Vec<RateShare>, StoreError> {
        Ok(shares.to_vec())
    }
}
