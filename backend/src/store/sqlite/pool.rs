//! Pools of connections to a SQLite file.

use std::{sync::Arc, time::Duration};

use sqlx::sqlite::SqlitePoolOptions;

use super::file::DatabaseFile;
use crate::store::StoreError;

/// Returns options for a pool of connections to a file, which are opened only as long as the file is
/// in its place.
pub(super) fn of(file: &Arc<DatabaseFile>) -> SqlitePoolOptions {
    let file = Arc::clone(file);
    long_lived().after_connect(move |_, _| {
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

/// Returns options for a pool whose connections stay open, so that the write-ahead log persists:
/// recreating it needs space on a full disk, and reopening the path could open another file.
pub(super) fn long_lived() -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(5))
}
