//! What can go wrong with the store, with its cause.

use crate::vault;

/// The store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, or cannot read or write.
    #[error("the database does not answer")]
    Unreachable(#[source] sqlx::Error),
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

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unreachable(error)
    }
}
