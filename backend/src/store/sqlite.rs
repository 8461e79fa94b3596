//! The store as a SQLite file: write-ahead log, one writer, several readers.
//!
//! One writer connection, because SQLite has one writer anyway and a queue in front of it never
//! answers "database is locked". Transactions that write begin `IMMEDIATE`: one that reads first and
//! then writes would ignore the busy time-out.

mod connections;
mod open_error;
mod reach;
mod revocations;
mod sessions;

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::rows::ConnectionRow;
use crate::{config::database, vault::Vault};

/// A SQLite file, opened and up to date.
#[derive(Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    vault: Arc<Vault>,
    path: PathBuf,
    /// The file that was opened, to tell it from another one at its path.
    opened: Option<(u64, u64)>,
    /// Held as long as the store: the file belongs to one process.
    _lock: File,
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
    /// SQLite does not open it.
    #[error("the database {path} cannot be opened: {cause}")]
    Unusable {
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
        let lock = make_and_lock(&path)?;

        let options = SqliteConnectOptions::new()
            .filename(&path)
            .journal_mode(SqliteJournalMode::Wal)
            // The new token pair must be on the disk before anyone uses it: the earlier one is dead.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("secure_delete", "ON")
            .busy_timeout(Duration::from_secs(5));
        let unusable = |cause| OpenError::Unusable {
            path: path.clone(),
            cause,
        };
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(5))
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
        sqlx::query("UPDATE connections SET lease = NULL, lease_ends_at = NULL")
            .execute(&writer)
            .await
            .map_err(unusable)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options.read_only(true))
            .await
            .map_err(unusable)?;
        let store = Self {
            writer,
            readers,
            vault,
            opened: identity(&path),
            path: path.clone(),
            _lock: lock,
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

    /// Whether the file at the path is still the one that was opened.
    fn is_in_place(&self) -> bool {
        identity(&self.path) == self.opened
    }

    /// Writes what is pending and closes the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Device and inode of a file.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let data = fs::metadata(path).ok()?;
    Some((data.dev(), data.ino()))
}

/// Not known here.
#[cfg(not(unix))]
fn identity(_: &Path) -> Option<(u64, u64)> {
    None
}

fn make_and_lock(path: &Path) -> Result<File, OpenError> {
    let not_writable = |at: &Path| {
        let at = at.to_owned();
        move |cause| OpenError::NotWritable {
            path: path.to_owned(),
            at,
            cause,
        }
    };
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder).map_err(not_writable(folder))?;
    }
    private(path).map_err(not_writable(path))?;
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let name = beside(".lock");
    let lock = private(&name).map_err(not_writable(&name))?;
    lock.try_lock().map_err(|error| match error {
        fs::TryLockError::WouldBlock => OpenError::InUse(path.to_owned()),
        fs::TryLockError::Error(cause) => not_writable(&name)(cause),
    })?;
    // SQLite's own words for these name none of them.
    for name in ["-wal", "-shm"].map(beside) {
        match OpenOptions::new().read(true).write(true).open(&name) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                return Err(not_writable(&name)(cause));
            }
            _ => {}
        }
    }
    Ok(lock)
}

/// Opens a file for its owner alone, and makes it if it is missing. SQLite gives the files beside a
/// database the database's own mode.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}
