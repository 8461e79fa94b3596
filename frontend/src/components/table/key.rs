//! The key of a row.

/// What a row is known by: it must differ from row to row, and stay with its row.
pub type Key = u64;
