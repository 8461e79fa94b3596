//! A database file beside the server that runs on it, for maintenance commands.
//!
//! It acquires none of the server's locks, so a server may start, run and stop meanwhile. SQLite's
//! own locks order the writes of both, and each write checks its precondition in its statement.

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};

use super::{file::DatabaseFile, migrations, open_error::OpenError, pool};
use crate::store::{StoreError, database::MaintenanceDatabase, migrations::Version};

/// A SQLite file that another process may be serving.
#[derive(Debug)]
pub struct SqliteMaintenance {
    pub(super) pool: SqlitePool,
    pub(super) file: DatabaseFile,
}

impl SqliteMaintenance {
    /// Opens an existing file. Creates and migrates nothing, since the server may be of another
    /// version.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let file = DatabaseFile::open_beside(path)?;
        let options = SqliteConnectOptions::new()
            .filename(&file.path)
            // As the server's: nothing that is committed is lost, and nothing erased can be read.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("secure_delete", "ON")
            .pragma("temp_store", "MEMORY")
            .busy_timeout(Duration::from_secs(5));
        let pool = pool::long_lived()
            .max_connections(1)
            .connect_with(options)
            .await
            .map_err(|cause| OpenError::from_sqlx(path, cause))?;
        Ok(Self { pool, file })
    }
}

#[async_trait]
impl MaintenanceDatabase for SqliteMaintenance {
    async fn version(&self) -> Result<Version, StoreError> {
        Ok(migrations::version(&self.pool).await?)
    }

    /// Takes the write lock.
    async fn check_writable(&self) -> Result<(), StoreError> {
        let tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        Ok(tx.rollback().await?)
    }

    fn location(&self) -> String {
        self.file.given().display().to_string()
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}
