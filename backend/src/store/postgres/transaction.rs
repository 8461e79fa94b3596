//! Compound changes in PostgreSQL. Each row that is read is locked until the end.

mod connections;
mod existing;
mod sessions;

use std::sync::Arc;

use async_trait::async_trait;

use super::{feed::Feed, tx::Tx};
use crate::store::{Change, StoreError, database::Transaction};

/// A compound change. It is rolled back when it is dropped.
#[derive(Debug)]
pub struct PostgresTransaction {
    pub(super) tx: Tx,
    pub(super) feed: Arc<Feed>,
}

#[async_trait]
impl Transaction for PostgresTransaction {
    async fn commit(self, changes: &[Change]) -> Result<(), StoreError> {
        self.feed.commit(self.tx, changes).await
    }
}
