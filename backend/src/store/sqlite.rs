//! The adapter for a SQLite file: write-ahead log, one writer, several readers.
//!
//! One writer connection, because SQLite allows one writer anyway, and a queue in front of it never
//! fails with "database is locked". Transactions that write begin `IMMEDIATE`: one that reads first
//! and writes later would ignore the busy time-out.

/// The database's clock, in milliseconds.
macro_rules! now {
    () => {
        "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    };
}

mod admin;
mod announcement;
mod connections;
mod counts;
mod file;
mod foreign_writes;
mod leases;
mod maintenance;
mod migrations;
mod open_error;
mod orphans;
mod pool;
mod probe;
mod revocations;
mod sealed;
mod sessions;
mod shared_work;
mod tables;
mod transaction;

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use domain::vault::KeyId;
use sqlx::{
    Connection as _, Sqlite, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use self::{file::DatabaseFile, foreign_writes::DataVersion};
pub use self::{
    maintenance::SqliteMaintenance, open_error::OpenError, transaction::SqliteTransaction,
};
use super::{ForeignWrites, StoreError, database::Database};

/// Interval at which the writes of other processes are looked for.
const FOREIGN_WRITES_INTERVAL: Duration = Duration::from_secs(1);

/// A SQLite file, with its migrations applied.
#[derive(Debug)]
pub struct SqliteDatabase {
    writer: SqlitePool,
    readers: SqlitePool,
    file: Arc<DatabaseFile>,
    /// When a probe last succeeded in writing.
    probed_at: Mutex<Option<Instant>>,
    /// Whether a write has failed since.
    in_doubt: Arc<AtomicBool>,
    data_version: DataVersion,
}

impl SqliteDatabase {
    /// Opens the file at a path, creates it (mode 0600) if it is missing, applies
    /// migrations, and clears all leases: their owners are gone, since the file belongs to one
    /// process.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let path = path.to_owned();
        let file = Arc::new(DatabaseFile::make_and_lock(&path)?);

        let options = SqliteConnectOptions::new()
            .filename(&file.path)
            .journal_mode(SqliteJournalMode::Wal)
            // The new token pair must be on disk before anyone uses it: the earlier one is invalid.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("secure_delete", "ON")
            // No temporary files: their disk may be full as well.
            .pragma("temp_store", "MEMORY")
            // A checkpoint runs in the commit that reaches this number of pages, and the next write
            // waits for it. A fifth of the default: in a large file each page is written elsewhere.
            .pragma("wal_autocheckpoint", "200")
            // In KiB, for each connection; the default is four times that. What a look-up needs is cached
            // above the database, and the operating system caches the file.
            .pragma("cache_size", "-512")
            .busy_timeout(Duration::from_secs(5));
        let unusable = |cause| OpenError::from_sqlx(&path, cause);
        let in_doubt = Arc::new(AtomicBool::new(false));
        let writer = pool::of(&file)
            .max_connections(1)
            .after_release({
                let in_doubt = Arc::clone(&in_doubt);
                move |connection, _| {
                    let in_doubt = Arc::clone(&in_doubt);
                    Box::pin(async move {
                        // After this, the rollback of a dropped transaction has been attempted.
                        connection.ping().await?;
                        // If the disk is full or fails, SQLite rolls back by itself. The driver
                        // then has nothing to roll back and does not reset its count of open
                        // transactions, so that the connection would reject every further
                        // transaction.
                        let is_clean = !connection.is_in_transaction();
                        in_doubt.fetch_or(!is_clean, Ordering::Relaxed);
                        Ok(is_clean)
                    })
                }
            })
            .connect_with(options.clone())
            .await
            .map_err(unusable)?;
        migrations::MIGRATOR
            .run(&writer)
            .await
            .map_err(|cause| OpenError::Migration {
                path: path.clone(),
                cause,
            })?;
        migrations::clear_leases(&writer).await.map_err(unusable)?;
        migrations::migrate_subjects(&writer)
            .await
            .map_err(unusable)?;
        let readers = pool::of(&file)
            .max_connections(4)
            .connect_with(options.read_only(true))
            .await
            .map_err(unusable)?;
        Ok(Self {
            writer,
            readers,
            file,
            probed_at: Mutex::default(),
            in_doubt,
            data_version: DataVersion::default(),
        })
    }

    async fn begin_immediate(&self) -> Result<sqlx::Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Checkpoints pending writes and closes the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

#[async_trait]
impl Database for SqliteDatabase {
    type Transaction = SqliteTransaction;

    async fn begin(&self) -> Result<SqliteTransaction, StoreError> {
        Ok(SqliteTransaction(self.begin_immediate().await?))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.check().await
    }

    async fn detect_foreign_writes(&self) -> Result<ForeignWrites, StoreError> {
        let has_some = self.data_version.detect_change(&self.writer).await?;
        Ok(if has_some {
            ForeignWrites::Any
        } else {
            ForeignWrites::These(Vec::new())
        })
    }

    async fn wait_for_foreign_write(&self) {
        tokio::time::sleep(FOREIGN_WRITES_INTERVAL).await;
    }

    async fn announce_keys(&self, keys: &[KeyId]) -> Result<(), StoreError> {
        let written = self
            .file
            .lock_file()
            .map(|file| announcement::write(file, keys));
        if let Some(Err(error)) = written {
            tracing::warn!(
                %error,
                "The lock file cannot be written: until a restart, `snyk-app rotate-encryption` \
                 refuses to run beside this server"
            );
        }
        Ok(())
    }

    fn location(&self) -> String {
        self.file.given().display().to_string()
    }
}
