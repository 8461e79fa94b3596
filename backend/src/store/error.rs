//! What can go wrong with the store, with its cause.

use crate::vault;

/// The store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, or cannot read or write.
    #[error("the database does not answer")]
    Unreachable(#[source] sqlx::Error),
    /// There is no room for what should be written.
    #[error("the database cannot be written: the disk is full")]
    DiskFull(#[source] sqlx::Error),
    /// The disk does not do what it is asked, or may not be written.
    #[error("the database cannot be written: the disk fails or has no room")]
    DiskFails(#[source] sqlx::Error),
    /// The file was moved away or replaced: what is written goes nowhere.
    #[error("the database's file is not where it was")]
    Moved,
    /// It takes too long.
    #[error("the database takes too long")]
    TooSlow,
    /// A row that cannot be, told by table, column and id.
    #[error("{table}.{column} of row {row} holds something that cannot be")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        row: String,
    },
    /// A sealed value does not open.
    #[error("{table}.{column} of row {row} does not open")]
    Sealed {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        row: String,
        /// Why.
        #[source]
        cause: vault::CannotOpen,
    },
    /// A value cannot be sealed.
    #[error(transparent)]
    CannotSeal(#[from] vault::CannotSeal),
}

/// SQLite's primary result codes for what is the disk's fault.
const SQLITE_READONLY: u32 = 8;
const SQLITE_IOERR: u32 = 10;
const SQLITE_FULL: u32 = 13;
const SQLITE_CANTOPEN: u32 = 14;

impl StoreError {
    /// Whether the disk is full or fails, rather than the database.
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
            Self::Unreachable(error)
        }
    }
}

/// SQLite's primary result code, of which the extended ones keep the last byte.
fn sqlite_code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}
