//! Brings a file of an earlier version up to date, and clears what a killed process left behind.

use domain::connection::Subject;
use sqlx::{SqlitePool, migrate::Migrator};

use crate::store::migrations::{Applied, Version, compare};

/// The migrations of this version.
pub(super) static MIGRATOR: Migrator = sqlx::migrate!("./migrations/sqlite");

/// Compares the migrations of a file with those of this version.
pub(super) async fn version(pool: &SqlitePool) -> Result<Version, sqlx::Error> {
    let (tables,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
            .fetch_one(pool)
            .await?;
    if tables == 0 {
        return Ok(Version::Earlier);
    }
    let applied: Vec<Applied> =
        sqlx::query_as("SELECT version, success, checksum FROM _sqlx_migrations ORDER BY version")
            .fetch_all(pool)
            .await?;
    Ok(compare(&applied, &MIGRATOR))
}

/// Clears all leases: their owners are gone, since the file belongs to one process. Writes nothing
/// if there is none: stored data can be served on a full disk.
pub(super) async fn clear_leases(writer: &SqlitePool) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE connections SET lease = NULL, lease_ends_at = NULL WHERE lease IS NOT NULL",
    )
    .execute(writer)
    .await?;
    Ok(())
}

/// Converts subjects that were stored in full to their current form.
pub(super) async fn migrate_subjects(writer: &SqlitePool) -> Result<(), sqlx::Error> {
    let stored: Vec<(String, String)> = sqlx::query_as("SELECT id, subject FROM connections")
        .fetch_all(writer)
        .await?;
    for (id, subject) in stored {
        if let Some(subject) = Subject::migrated(&subject) {
            sqlx::query("UPDATE connections SET subject = $1 WHERE id = $2")
                .bind(subject.as_str())
                .bind(id)
                .execute(writer)
                .await?;
        }
    }
    Ok(())
}
