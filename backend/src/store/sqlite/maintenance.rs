//! A database file beside the server that runs on it, for maintenance commands.
//!
//! It acquires none of the server's locks, so a server may start, run and stop meanwhile. SQLite's
//! own locks order the writes of both, and each write checks its precondition in its statement.

use std::{path::Path, time::Duration};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};

use super::{
    file::DatabaseFile,
    migrations::{self, Version},
    open_error::OpenError,
    pool,
};
use crate::store::StoreError;

/// A SQLite file that another process may be serving.
#[derive(Debug)]
pub struct MaintenanceDatabase {
    pub(super) pool: SqlitePool,
    pub(super) file: DatabaseFile,
}

impl MaintenanceDatabase {
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

    /// Returns whether the file has exactly the migrations of this version.
    pub async fn version(&self) -> Result<Version, StoreError> {
        Ok(migrations::version(&self.pool).await?)
    }

    /// Checks that the file can be written: takes the write lock, and changes nothing.
    pub async fn check_writable(&self) -> Result<(), StoreError> {
        let tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        Ok(tx.rollback().await?)
    }

    /// Closes the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
