//! `GET` and `DELETE /api/connections/{id}`.

use axum::{Json, extract::State};
use http::{HeaderName, StatusCode};
use shared::api::connection::{Connection as View, REVOCATION};
use tracing::Instrument as _;

use super::{disconnect, view};
use crate::{
    http::{problem::ApiError, state::AppState},
    session::extract::AuthorizedConnection,
};

/// Returns the connection.
pub async fn read(State(app): State<AppState>, authorized: AuthorizedConnection) -> Json<View> {
    Json(view(&authorized.connection, &app.app.scopes))
}

/// Ends the connection: erased here at once, revoked at the provider as soon as it answers.
pub async fn disconnect(
    State(app): State<AppState>,
    AuthorizedConnection { connection, .. }: AuthorizedConnection,
) -> Result<(StatusCode, [(HeaderName, &'static str); 1]), ApiError> {
    let revoked = app
        .tasks
        .spawn({
            let app = app.clone();
            async move {
                disconnect::disconnect(&app.store, &app.provider, &app.clock, &connection.id).await
            }
            .in_current_span()
        })
        .await
        .map_err(|_| ApiError::Internal("the task that disconnects ended".to_owned()))??;
    let revoked = if revoked { "done" } else { "pending" };
    Ok((
        StatusCode::NO_CONTENT,
        [(HeaderName::from_static(REVOCATION), revoked)],
    ))
}
