//! `POST /api/connections/{id}/refresh`: refreshes now.

use axum::{Json, extract::State};
use shared::api::connection::Connection as View;

use crate::{
    connection,
    http::{json::NoBody, problem::ApiError, state::AppState},
    session::extract::AuthorizedConnection,
};

/// Renews the token pair, whatever is left of it, and reads again which organizations it reaches.
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
    // The pair is replaced whether or not the store can tell what it reaches by now.
    let read = app.store.authorized(&session.id, &renewed.id).await;
    let renewed = read.ok().flatten().unwrap_or(renewed);
    Ok(Json(connection::view(&renewed, &app.app.scopes)))
}
