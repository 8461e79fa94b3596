//! Compound changes in SQLite. The writer's lock is acquired at the beginning, so no other one runs
//! at the same time.

mod connections;
mod existing;
mod sessions;

use async_trait::async_trait;
use sqlx::Sqlite;

use crate::store::{Change, StoreError, database::Transaction};

/// A transaction of the only writer. It is rolled back when it is dropped.
#[derive(Debug)]
pub struct SqliteTransaction(pub(super) sqlx::Transaction<'static, Sqlite>);

#[async_trait]
impl Transaction for SqliteTransaction {
    /// No other node has a cache: a file belongs to one process.
    async fn commit(self, _: &[Change]) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}
