//! Detects that another process wrote to the file: a maintenance command, or an operator with a
//! SQL shell.

use std::sync::atomic::{AtomicI64, Ordering};

use sqlx::SqlitePool;

/// What `PRAGMA data_version` returned last; negative before the first time.
#[derive(Debug)]
pub(super) struct DataVersion {
    version: AtomicI64,
}

impl Default for DataVersion {
    fn default() -> Self {
        Self {
            version: AtomicI64::new(-1),
        }
    }
}

impl DataVersion {
    /// Returns whether another connection than the writer's has committed since the last call. The
    /// version is a connection's own: it counts the commits of all others, and no other connection
    /// of this process writes. If the pool has replaced the connection, its version says nothing
    /// about the time before, and is likely to differ.
    pub(super) async fn detect_change(&self, writer: &SqlitePool) -> Result<bool, sqlx::Error> {
        let version = sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(writer)
            .await?;
        let before = self.version.swap(version, Ordering::Relaxed);
        Ok(before >= 0 && before != version)
    }
}
