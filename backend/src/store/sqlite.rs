//! The store as a SQLite file: write-ahead log, one writer, several readers.
//!
//! One writer connection, because SQLite has one writer anyway and a queue in front of it never
//! answers "database is locked". Transactions that write begin `IMMEDIATE`: one that reads first and
//! then writes would ignore the busy time-out.

mod account;
mod connections;
mod file;
mod open_error;
mod revocations;
mod sessions;

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{
    Connection as _, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use self::file::DatabaseFile;
use super::{StoreError, rows::ConnectionRow};
use crate::{config::database, vault::Vault};

/// How long a probe that was written shows that others can write.
const PROBE_EVERY: Duration = Duration::from_secs(1);

/// A SQLite file, opened and up to date.
#[derive(Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    vault: Arc<Vault>,
    file: Arc<DatabaseFile>,
    /// When a probe was last written.
    probed_at: Mutex<Option<Instant>>,
    /// Whether a write failed after that.
    in_doubt: Arc<AtomicBool>,
}

/// The file cannot be used. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Not `sqlite://path`.
    #[error("DATABASE_URL {0}")]
    NotAPath(String),
    /// Its folder or file cannot be made or written.
    #[error("the database {path} cannot be written: {}", open_error::why(.at, .cause))]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// The folder, the file, or the one beside it, whose turn it was.
        at: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Another process has it.
    #[error(
        "the database {0} is in use by another snyk-app: stop that one, or give this one a file of its own (a SQLite file serves one process)"
    )]
    InUse(PathBuf),
    /// It has two names.
    #[error(
        "the database {0} has a second name (a hard link). SQLite keeps what is new in a file beside it that goes by its name, so that by two names it would be destroyed: remove one of them, or make a copy or a symbolic link of it"
    )]
    SecondName(PathBuf),
    /// SQLite does not open it.
    #[error("the database {path} cannot be opened: {cause}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: sqlx::Error,
    },
    /// The disk is full or fails.
    #[error(
        "the database {path} cannot be opened ({cause}): its disk is full, or fails, or may not be written"
    )]
    Disk {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: sqlx::Error,
    },
    /// Its tokens do not open.
    #[error(
        "the tokens in the database {0} were sealed with another ENCRYPTION_SECRET: set that one again, or name it in ENCRYPTION_SECRET_PREVIOUS; nothing was changed"
    )]
    OtherKey(PathBuf),
    /// Its tables cannot be brought up to date.
    #[error("the database {path} cannot be brought up to date: {cause}")]
    Migration {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: sqlx::migrate::MigrateError,
    },
}

impl SqliteStore {
    /// Opens the file of `sqlite://path`, makes it (mode 0600) if it is missing, brings its tables up
    /// to date, and clears leases: whoever held one is gone, since the file belongs to one process.
    pub async fn open(database_url: &str, vault: Arc<Vault>) -> Result<Self, OpenError> {
        let path = database::file_of(database_url).map_err(OpenError::NotAPath)?;
        let file = Arc::new(DatabaseFile::make_and_lock(&path)?);

        let options = SqliteConnectOptions::new()
            .filename(&file.path)
            .journal_mode(SqliteJournalMode::Wal)
            // The new token pair must be on the disk before anyone uses it: the earlier one is dead.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("secure_delete", "ON")
            // No temporary files: their disk may be full as well.
            .pragma("temp_store", "MEMORY")
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
                        // The rollback of a transaction that was dropped has been tried after this.
                        connection.ping().await?;
                        // Where the disk is full or fails, SQLite rolls back by itself and then has
                        // nothing to roll back, which leaves the driver's count of open transactions as
                        // it was. Such a connection would refuse each transaction from now on.
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
        // Nothing is written where there is none: on a full disk what is stored can be served.
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
            vault,
            file,
            probed_at: Mutex::default(),
            in_doubt,
        };
        store.migrate_subjects().await.map_err(unusable)?;
        if store.newest_is_of_another_key().await.map_err(unusable)? {
            return Err(OpenError::OtherKey(path));
        }
        Ok(store)
    }

    /// Whether the newest token pair was sealed with a key that is not in the ring: better told at
    /// the start than by every request.
    async fn newest_is_of_another_key(&self) -> Result<bool, sqlx::Error> {
        let newest = sqlx::query_as::<_, ConnectionRow>(
            "SELECT * FROM connections WHERE status = 'active' ORDER BY refreshed_at DESC LIMIT 1",
        )
        .fetch_optional(&self.readers)
        .await?;
        Ok(newest.is_some_and(|row| row.is_of_another_key(&self.vault)))
    }

    /// Whether a write goes through: takes the lock that each takes, and writes a page where no probe
    /// did so a moment ago, or where a write failed since.
    async fn probe(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let is_known = !self.in_doubt.load(Ordering::Relaxed)
            && self
                .probed_at()
                .is_some_and(|at| at.elapsed() < PROBE_EVERY);
        if is_known {
            return Ok(tx.rollback().await?);
        }
        // Whether a write fails from here on, a later look must find out anew.
        self.in_doubt.store(false, Ordering::Relaxed);
        *self.probed_at() = None;
        // Is written whether the number changes or not, and means nothing to anyone.
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

    /// Writes what is pending and closes the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// A pool whose connections stay open, so that the write-ahead log stays in use: it needs no room on a
/// full disk to be made again, and nothing is opened at a path where another file may lie by now.
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
