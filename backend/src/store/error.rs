//! The errors of the store, with their causes.

use std::sync::Arc;

use domain::vault;
use sqlx::{error::DatabaseError as _, postgres::PgDatabaseError, sqlite::SqliteError};

/// A store operation failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, or cannot read or write.
    #[error("the database does not answer")]
    Unreachable(#[source] sqlx::Error),
    /// The disk is full.
    #[error("the database cannot be written: the disk is full")]
    DiskFull(#[source] sqlx::Error),
    /// The disk fails, or may not be written.
    #[error("the database cannot be written: the disk fails or has no room")]
    DiskFails(#[source] sqlx::Error),
    /// The file was moved or replaced: writes would be lost.
    #[error("the database's file is not where it was")]
    Moved,
    /// The operation timed out.
    #[error("the database takes too long")]
    TooSlow,
    /// A concurrent transaction conflicts with this one, which changed nothing.
    #[error("the database rejected one of two concurrent changes")]
    Conflict(#[source] sqlx::Error),
    /// The answer to a commit was lost, or did not come in time: the transaction may have taken effect.
    #[error("it is not known whether the database has stored a change")]
    OutcomeUnknown(#[source] Box<Self>),
    /// A row holds an invalid value.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// A sealed value cannot be opened.
    #[error("{table}.{column} of row {row} does not open")]
    Sealed {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        row: String,
        /// The cause.
        #[source]
        cause: vault::CannotOpen,
    },
    /// A read failed that several callers shared.
    #[error(transparent)]
    Shared(Arc<Self>),
    /// A value could not be sealed.
    #[error(transparent)]
    CannotSeal(#[from] vault::CannotSeal),
}

/// A row holds an invalid value, named by table, column and id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table}.{column} of row {row} holds something that cannot be")]
pub struct Inconsistent {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's id.
    pub row: String,
}

/// SQLite's primary result codes of disk failures.
const SQLITE_READONLY: u32 = 8;
const SQLITE_IOERR: u32 = 10;
const SQLITE_FULL: u32 = 13;
const SQLITE_CANTOPEN: u32 = 14;

/// PostgreSQL's codes of two transactions that conflict: a serialization failure, a deadlock, a unique
/// constraint that a concurrent insertion violates, and a foreign key that a concurrent deletion does.
const CONFLICTS: [&str; 4] = ["40001", "40P01", "23505", "23503"];
/// Its codes of a statement or a wait for a lock that took too long.
const TIMEOUTS: [&str; 2] = ["57014", "55P03"];
const DISK_FULL: &str = "53100";
/// Its codes of a write in a transaction that only reads, and of the beginning of one that writes, on a
/// replica.
const REPLICA: [&str; 2] = ["25006", "0A000"];

impl StoreError {
    /// Returns whether the disk is full or fails, as opposed to the database.
    #[must_use]
    pub fn is_of_the_disk(error: &sqlx::Error) -> bool {
        matches!(
            sqlite_code(error),
            Some(SQLITE_READONLY | SQLITE_IOERR | SQLITE_FULL | SQLITE_CANTOPEN)
        )
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if sqlite_code(&error) == Some(SQLITE_FULL) {
            Self::DiskFull(error)
        } else if Self::is_of_the_disk(&error) {
            Self::DiskFails(error)
        } else {
            match postgres_code(&error) {
                Some(code) if CONFLICTS.contains(&code) => Self::Conflict(error),
                Some(code) if TIMEOUTS.contains(&code) => Self::TooSlow,
                Some(DISK_FULL) => Self::DiskFull(error),
                _ => Self::Unreachable(error),
            }
        }
    }
}

/// Returns whether a server rejected a write because it is a replica: it was demoted, or not promoted
/// yet.
pub(super) fn is_of_a_replica(error: &sqlx::Error) -> bool {
    postgres_code(error).is_some_and(|code| REPLICA.contains(&code))
}

/// Returns PostgreSQL's `SQLSTATE`.
fn postgres_code(error: &sqlx::Error) -> Option<&str> {
    let error = error.as_database_error()?;
    let error: &PgDatabaseError = error.try_downcast_ref()?;
    Some(error.code())
}

/// Returns SQLite's primary result code: the last byte of an extended one. Other databases have
/// codes of another kind.
fn sqlite_code(error: &sqlx::Error) -> Option<u32> {
    let error = error.as_database_error()?;
    let error: &SqliteError = error.try_downcast_ref()?;
    let code: u32 = error.code()?.parse().ok()?;
    Some(code & 0xff)
}
