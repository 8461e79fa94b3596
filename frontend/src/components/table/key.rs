//! The key of a row.

/// The key of a row, which is unique in the table and stays with its row.
pub type Key = u64;
