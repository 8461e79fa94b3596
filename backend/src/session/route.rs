//! `GET` and `DELETE /api/session`.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use shared::api::session::{App, Session};

use super::extract::{OptionalSession, PresentedSessions};
use crate::{
    connection,
    http::{problem::ApiError, state::AppState},
};

/// Returns the app and the connections of the session. Sets the cookie again, at most daily.
pub async fn read(
    State(app): State<AppState>,
    OptionalSession(signed_in): OptionalSession,
) -> Result<Response, ApiError> {
    let mut connections = Vec::new();
    let mut renewed = None;
    if let Some(signed_in) = signed_in {
        connections = app
            .store
            .connections_of(&signed_in.session.id)
            .await?
            .iter()
            .map(|connection| connection::view(connection, &app.app.scopes))
            .collect();
        let now = app.clock.now();
        if app.lifetimes.should_set_again(&signed_in.session, now) {
            let left = signed_in
                .session
                .expires_at
                .duration_since(now)
                .unsigned_abs();
            let value = signed_in.token.secret().to_owned();
            renewed = Some(app.cookies.set(app.cookies.session_name(), value, left));
        }
    }
    let app_view = App::clone(&app.app);
    let mut response = Json(Session {
        app: app_view,
        connections,
    })
    .into_response();
    if let Some(cookie) = renewed {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Signs out in this browser: ends every session that it presents. It is not an error if there is
/// none. A cookie that another program has set under another path cannot be removed from here, but
/// its session is over.
pub async fn end(
    State(app): State<AppState>,
    PresentedSessions(all): PresentedSessions,
) -> Result<Response, ApiError> {
    for signed_in in all {
        app.store.end_session(&signed_in.token.hash()).await?;
        tracing::info!(
            session = signed_in.session.id.as_str(),
            "A browser signed out"
        );
    }
    let cookie = app.cookies.remove(app.cookies.session_name());
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
