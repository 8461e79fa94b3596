//! The connections that a login may replace.

use domain::{
    connection::Subject,
    ids::{ConnectionId, SessionId},
};
use sqlx::SqliteConnection;

use crate::store::{
    StoreError, database::ExistingConnection, error::Inconsistent, rows::ExistingRow,
};

/// The query of an [`ExistingRow`], followed by `$rest`.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.subject, c.status, c.context, c.orgs, c.generation, c.connected_at, \
                 c.lease IS NOT NULL AND c.lease_ends_at >= ",
            now!(),
            " AS is_leased FROM connections c ",
            $rest
        )
    };
}

/// Returns the connection of that id.
pub(super) async fn of_id(
    tx: &mut SqliteConnection,
    id: &ConnectionId,
) -> Result<Option<ExistingConnection>, StoreError> {
    let row: Option<ExistingRow> = sqlx::query_as(select!("WHERE c.id = $1"))
        .bind(id.as_str())
        .fetch_optional(tx)
        .await?;
    Ok(row.map(TryInto::try_into).transpose()?)
}

/// Returns the connection of that subject.
pub(super) async fn of_subject(
    tx: &mut SqliteConnection,
    subject: &Subject,
) -> Result<Option<ExistingConnection>, StoreError> {
    let row: Option<ExistingRow> = sqlx::query_as(select!("WHERE c.subject = $1"))
        .bind(subject.as_str())
        .fetch_optional(tx)
        .await?;
    Ok(row.map(TryInto::try_into).transpose()?)
}

/// Returns the connection, if the session is authorized for it and it is not disconnected.
pub(super) async fn authorized(
    tx: &mut SqliteConnection,
    session: &SessionId,
    id: &ConnectionId,
) -> Result<Option<ExistingConnection>, StoreError> {
    let row: Option<ExistingRow> = sqlx::query_as(select!(
        "JOIN session_connections s ON s.connection_id = c.id \
         WHERE c.id = $1 AND s.session_id = $2 AND c.status <> 'disconnected'"
    ))
    .bind(id.as_str())
    .bind(session.as_str())
    .fetch_optional(tx)
    .await?;
    Ok(row.map(TryInto::try_into).transpose()?)
}

/// Returns the bots' connections of a session that need a reconnect.
pub(super) async fn lost_bots(
    tx: &mut SqliteConnection,
    session: &SessionId,
) -> Result<Vec<ExistingConnection>, StoreError> {
    let rows: Vec<ExistingRow> = sqlx::query_as(select!(
        "JOIN session_connections s ON s.connection_id = c.id WHERE s.session_id = $1 \
             AND c.status = 'reconnect_needed' AND c.context = 'tenant'"
    ))
    .bind(session.as_str())
    .fetch_all(tx)
    .await?;
    let lost: Result<_, Inconsistent> = rows.into_iter().map(TryInto::try_into).collect();
    Ok(lost?)
}
