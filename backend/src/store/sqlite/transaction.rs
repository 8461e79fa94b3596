//! Compound changes in SQLite. The writer's lock is acquired at the beginning, so no other one runs
//! at the same time.

mod connections;
mod existing;
mod sessions;

use async_trait::async_trait;
use sqlx::Sqlite;

use crate::store::{StoreError, database::Transaction};

/// A transaction of the only writer. It is rolled back when it is dropped.
#[derive(Debug)]
pub struct SqliteTransaction(pub(super) sqlx::Transaction<'static, Sqlite>);

#[async_trait]
impl Transaction for SqliteTransaction {
    async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}
