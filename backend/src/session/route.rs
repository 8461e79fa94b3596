//! `GET` and `DELETE /api/session`.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::connection::view;
use http::{StatusCode, header};
use shared::api::session::{App, Session};

use super::{
    Sessions,
    extract::{OptionalSession, PresentedSessions},
};
use crate::{
    activity::{self, Event},
    http::problem::ApiError,
    request_context::carried,
};

/// Returns the app and the connections of the session. Sets the cookie again, at most daily.
pub async fn read(
    State(app): State<Arc<App>>,
    State(sessions): State<Arc<Sessions>>,
    OptionalSession(signed_in): OptionalSession,
) -> Result<Response, ApiError> {
    let mut connections = Vec::new();
    let mut renewed = None;
    if let Some(signed_in) = signed_in {
        connections = sessions
            .store
            .connections_of(&signed_in.session.id)
            .await?
            .iter()
            .map(|connection| view(connection, &app.scopes))
            .collect();
        let now = sessions.clock.now();
        if sessions.lifetimes.should_set_again(&signed_in.session, now) {
            let left = signed_in
                .session
                .expires_at
                .duration_since(now)
                .unsigned_abs();
            let value = signed_in.token.secret().to_owned();
            renewed = Some(
                sessions
                    .cookies
                    .set(sessions.cookies.session_name(), value, left),
            );
        }
    }
    let mut response = Json(Session {
        app: App::clone(&app),
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
    State(sessions): State<Arc<Sessions>>,
    PresentedSessions(all): PresentedSessions,
) -> Result<Response, ApiError> {
    let of = Arc::clone(&sessions);
    let ending = async move {
        for signed_in in all {
            of.store.end_session(&signed_in.token.hash()).await?;
            tracing::info!(
                session = signed_in.session.id.as_str(),
                "A browser signed out"
            );
            activity::note(Event::signed_out(false));
        }
        Ok(())
    };
    in_task(&sessions, ending).await?;
    let cookie = sessions.cookies.remove(sessions.cookies.session_name());
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Ends sessions in a task of its own: it is finished although the browser may not wait for it.
pub(super) async fn in_task(
    sessions: &Sessions,
    ending: impl Future<Output = Result<(), ApiError>> + Send + 'static,
) -> Result<(), ApiError> {
    sessions
        .tasks
        .spawn(carried(ending))
        .await
        .map_err(|_| ApiError::Internal("the task that signs out ended".to_owned()))?
}
