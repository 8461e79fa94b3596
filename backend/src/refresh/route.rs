//! `POST /api/connections/{id}/refresh`: refreshes the connection now.

use axum::{Json, extract::State};
use shared::api::connection::Connection as View;

use crate::{
    connection,
    http::{json::NoBody, problem::ApiError, state::AppState},
    session::extract::AuthorizedConnection,
};

/// Refreshes the token pair, whatever its remaining lifetime, and reads the account again.
pub async fn refresh_now(
    State(app): State<AppState>,
    AuthorizedConnection {
        session,
        connection,
    }: AuthorizedConnection,
    _: NoBody,
) -> Result<Json<View>, ApiError> {
    app.limits.refresh(session.id.as_str())?;
    let renewed = app
        .refresher
        .renew(&connection.id, connection.generation)
        .await?;
    app.account_sync.read_now(renewed.consent()).await;
    // The pair has been refreshed, whether or not the store can be read now.
    let read = app.store.authorized(&session.id, &renewed.id).await;
    let renewed = read.ok().flatten().unwrap_or(renewed);
    Ok(Json(connection::view(&renewed, &app.app.scopes)))
}
