//! The connections that a login may replace. Each is locked.

use domain::{
    connection::Subject,
    ids::{ConnectionId, SessionId},
};

use crate::store::{
    StoreError, database::ExistingConnection, error::Inconsistent, postgres::tx::Tx,
    rows::ExistingRow,
};

/// The query of an [`ExistingRow`], with `$rest`.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.subject, c.status, c.context, c.orgs, c.generation, c.connected_at, \
                 c.lease IS NOT NULL AND c.lease_ends_at >= ",
            now!(),
            " AS is_leased FROM connections c ",
            $rest,
            " FOR UPDATE OF c"
        )
    };
}

/// Returns the connection of that id.
pub(super) async fn of_id(
    tx: &mut Tx,
    id: &ConnectionId,
) -> Result<Option<ExistingConnection>, StoreError> {
    let query = sqlx::query_as(select!("WHERE c.id = $1")).bind(id.as_str());
    let row: Option<ExistingRow> = tx.optional(query).await?;
    Ok(row.map(TryInto::try_into).transpose()?)
}

/// Returns the connection of that subject.
pub(super) async fn of_subject(
    tx: &mut Tx,
    subject: &Subject,
) -> Result<Option<ExistingConnection>, StoreError> {
    let query = sqlx::query_as(select!("WHERE c.subject = $1")).bind(subject.as_str());
    let row: Option<ExistingRow> = tx.optional(query).await?;
    Ok(row.map(TryInto::try_into).transpose()?)
}

/// Returns the connection, if the session is authorized for it and it is not disconnected.
pub(super) async fn authorized(
    tx: &mut Tx,
    session: &SessionId,
    id: &ConnectionId,
) -> Result<Option<ExistingConnection>, StoreError> {
    let query = sqlx::query_as(select!(
        "JOIN session_connections s ON s.connection_id = c.id \
         WHERE c.id = $1 AND s.session_id = $2 AND c.status <> 'disconnected'"
    ))
    .bind(id.as_str())
    .bind(session.as_str());
    let row: Option<ExistingRow> = tx.optional(query).await?;
    Ok(row.map(TryInto::try_into).transpose()?)
}

/// Returns the bots' connections of a session that need a reconnect, in the order in which every
/// transaction locks them.
pub(super) async fn lost_bots(
    tx: &mut Tx,
    session: &SessionId,
) -> Result<Vec<ExistingConnection>, StoreError> {
    let query = sqlx::query_as(select!(
        "JOIN session_connections s ON s.connection_id = c.id WHERE s.session_id = $1 \
             AND c.status = 'reconnect_needed' AND c.context = 'tenant' ORDER BY c.id"
    ))
    .bind(session.as_str());
    let rows: Vec<ExistingRow> = tx.all(query).await?;
    let lost: Result<_, Inconsistent> = rows.into_iter().map(TryInto::try_into).collect();
    Ok(lost?)
}
