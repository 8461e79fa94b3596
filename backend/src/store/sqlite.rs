//! The store in a SQLite file: write-ahead log, one writer, several readers.
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

mod account;
mod connections;
mod file;
mod leases;
mod open_error;
mod orphans;
mod revocations;
mod sessions;

use std::{
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use domain::vault::Vault;
use sqlx::{
    Connection as _, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use self::file::DatabaseFile;
pub use self::open_error::OpenError;
use super::{StoreError, rows::ConnectionRow, sealer::Sealer};

/// Time for which a successful write probe counts.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// A store in a SQLite file, with its migrations applied.
#[derive(Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    sealer: Sealer,
    file: Arc<DatabaseFile>,
    /// When a probe last succeeded in writing.
    probed_at: Mutex<Option<Instant>>,
    /// Whether a write has failed since.
    in_doubt: Arc<AtomicBool>,
}

impl SqliteStore {
    /// Opens the file at a path, creates it (mode 0600) if it is missing, applies
    /// migrations, and clears all leases: their owners are gone, since the file belongs to one
    /// process.
    pub async fn open(path: &Path, vault: Arc<Vault>) -> Result<Self, OpenError> {
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
            .busy_timeout(Duration::from_secs(5));
        let unusable = |cause| {
            let path = path.clone();
            if StoreError::is_of_the_disk(&cause) {
                OpenError::Disk { path, cause }
            } else {
                OpenError::Unusable { path, cause }
            }
        };
        let in_doubt = Arc::new(AtomicBool::new(false));
        let writer = pool(&file)
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
        sqlx::migrate!("./migrations/sqlite")
            .run(&writer)
            .await
            .map_err(|cause| OpenError::Migration {
                path: path.clone(),
                cause,
            })?;
        // Writes nothing if there is no lease: stored data can be served on a full disk.
        sqlx::query(
            "UPDATE connections SET lease = NULL, lease_ends_at = NULL WHERE lease IS NOT NULL",
        )
        .execute(&writer)
        .await
        .map_err(unusable)?;
        let readers = pool(&file)
            .max_connections(4)
            .connect_with(options.read_only(true))
            .await
            .map_err(unusable)?;
        let store = Self {
            writer,
            readers,
            sealer: Sealer::new(vault),
            file,
            probed_at: Mutex::default(),
            in_doubt,
        };
        store.migrate_subjects().await.map_err(unusable)?;
        if store.newest_has_unknown_key().await.map_err(unusable)? {
            return Err(OpenError::OtherKey(path));
        }
        Ok(store)
    }

    /// Returns whether the newest token pair was sealed with a key that is not in the ring: better
    /// reported at the start than by every request.
    async fn newest_has_unknown_key(&self) -> Result<bool, sqlx::Error> {
        let newest = sqlx::query_as::<_, ConnectionRow>(
            "SELECT * FROM connections WHERE status = 'active' ORDER BY refreshed_at DESC LIMIT 1",
        )
        .fetch_optional(&self.readers)
        .await?;
        Ok(newest.is_some_and(|row| row.has_unknown_key(&self.sealer)))
    }

    /// Checks that a write succeeds: takes the write lock, and writes a page unless a recent probe
    /// did so and no write has failed since.
    async fn probe(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let is_known = !self.in_doubt.load(Ordering::Relaxed)
            && self
                .probed_at()
                .is_some_and(|at| at.elapsed() < PROBE_INTERVAL);
        if is_known {
            return Ok(tx.rollback().await?);
        }
        // Reset first: a write that fails from here on must cause another probe.
        self.in_doubt.store(false, Ordering::Relaxed);
        *self.probed_at() = None;
        // This is written even if the number stays the same; nothing reads it.
        sqlx::query("PRAGMA user_version = 1")
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        *self.probed_at() = Some(Instant::now());
        Ok(())
    }

    fn probed_at(&self) -> MutexGuard<'_, Option<Instant>> {
        self.probed_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Checkpoints pending writes and closes the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Returns options for a pool whose connections stay open, so that the write-ahead log persists:
/// recreating it needs space on a full disk, and reopening the path could open another file.
fn pool(file: &Arc<DatabaseFile>) -> SqlitePoolOptions {
    let file = Arc::clone(file);
    SqlitePoolOptions::new()
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(5))
        .after_connect(move |_, _| {
            let is_in_place = file.is_in_place();
            Box::pin(async move {
                if is_in_place {
                    Ok(())
                } else {
                    Err(sqlx::Error::Configuration(
                        StoreError::Moved.to_string().into(),
                    ))
                }
            })
        })
}
