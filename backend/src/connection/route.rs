//! `GET` and `DELETE /api/connections/{id}`, and `POST /api/connections/{id}/refresh`.

use std::sync::Arc;

use axum::{Json, extract::State};
use domain::connection::view;
use http::{HeaderName, StatusCode};
use shared::api::connection::{Connection as View, REVOCATION};

use super::{Connections, disconnect::DisconnectedBy};
use crate::{
    http::{RateLimits, json::NoBody, problem::ApiError},
    request_context::carried,
    session::extract::AuthorizedConnection,
};

/// Returns the connection.
pub async fn read(
    State(connections): State<Arc<Connections>>,
    authorized: AuthorizedConnection,
) -> Json<View> {
    Json(view(&authorized.connection, &connections.requested_scopes))
}

/// Ends the connection: erased here at once, revoked at the provider as soon as it answers.
pub async fn disconnect(
    State(connections): State<Arc<Connections>>,
    AuthorizedConnection { connection, .. }: AuthorizedConnection,
) -> Result<(StatusCode, [(HeaderName, &'static str); 1]), ApiError> {
    let of = Arc::clone(&connections);
    let disconnect = async move { of.disconnect(&connection.id, &DisconnectedBy::Person).await };
    let revoked = connections
        .tasks
        .spawn(carried(disconnect))
        .await
        .map_err(|_| ApiError::Internal("the task that disconnects ended".to_owned()))??;
    let revoked = if revoked { "done" } else { "pending" };
    Ok((
        StatusCode::NO_CONTENT,
        [(HeaderName::from_static(REVOCATION), revoked)],
    ))
}

/// Refreshes the token pair, whatever its remaining lifetime, and reads the account again.
pub async fn refresh_now(
    State(connections): State<Arc<Connections>>,
    State(limits): State<Arc<RateLimits>>,
    AuthorizedConnection {
        session,
        connection,
    }: AuthorizedConnection,
    _: NoBody,
) -> Result<Json<View>, ApiError> {
    limits.refresh(&session.id)?;
    let renewed = connections
        .refresher
        .renew(&connection.id, connection.generation)
        .await?;
    connections.account_sync.read_now(renewed.consent()).await;
    // The pair has been refreshed, whether or not the store can be read now.
    let read = connections.store.authorized(&session.id, &renewed.id).await;
    let renewed = read.ok().flatten().unwrap_or(renewed);
    Ok(Json(view(&renewed, &connections.requested_scopes)))
}
