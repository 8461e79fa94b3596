//! Tests of SQLite alone: its files, its failures, and its transactions.

mod failures;
mod fixture;
mod rotation;
mod sealed;
mod sweeps;
mod transaction;

use std::sync::Arc;

use crate::common::bed::{Bed, SqliteFile, sqlite};

/// Returns a store over an empty file, and the file.
async fn bed() -> (Bed, Arc<SqliteFile>) {
    let (database, file) = sqlite().await;
    let file = Arc::new(file);
    let bed = Bed::over((database, Arc::clone(&file)), false).await;
    (bed, file)
}
