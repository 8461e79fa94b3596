//! Brings a file of an earlier version up to date, and clears what a killed process left behind.

use domain::connection::Subject;
use sqlx::SqlitePool;

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
