//! How much there is in SQLite.

use async_trait::async_trait;

use super::SqliteDatabase;
use crate::store::{
    StoreError,
    database::{CountRecords, Counts, PoolSize},
};

#[async_trait]
impl CountRecords for SqliteDatabase {
    /// Counts exactly, on a reader, whose thread no request waits for: a million sessions are some
    /// megabytes of an index.
    async fn counts(&self) -> Result<Counts, StoreError> {
        let row: (i64, i64, i64, i64) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM sessions), \
             (SELECT count(*) FROM connections WHERE status = 'active'), \
             (SELECT count(*) FROM connections WHERE status = 'reconnect_needed'), \
             (SELECT count(*) FROM revocations)",
        )
        .fetch_one(&self.readers)
        .await?;
        Ok(Counts {
            sessions: row.0.unsigned_abs(),
            active: row.1.unsigned_abs(),
            reconnect_needed: row.2.unsigned_abs(),
            revocations: row.3.unsigned_abs(),
        })
    }

    fn pool_size(&self) -> PoolSize {
        let idle = self.readers.num_idle() + self.writer.num_idle();
        PoolSize {
            open: self.readers.size() + self.writer.size(),
            idle: u32::try_from(idle).unwrap_or(u32::MAX),
        }
    }
}
