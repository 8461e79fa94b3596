//! `POST /api/connections/{id}/refresh`: refreshes now.

use axum::{Json, extract::State};
use shared::api::connection::Connection as View;

use crate::{
    connection,
    http::{json::NoBody, problem::ApiError, state::AppState},
    session::extract::Reached,
};

/// Renews the token pair, whatever is left of it.
pub async fn refresh_now(
    State(app): State<AppState>,
    Reached {
        session,
        connection,
    }: Reached,
    _: NoBody,
) -> Result<Json<View>, ApiError> {
    app.limits.refresh(session.id.as_str())?;
    let renewed = app
        .refresher
        .renew(&connection.id, connection.generation)
        .await?;
    Ok(Json(connection::view(&renewed, &app.app.scopes)))
}
