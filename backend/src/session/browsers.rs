//! `GET /api/sessions` and `DELETE /api/sessions/{id}`: the browsers that are signed in to the same
//! connections, and their end.
//!
//! The server does not know which browsers are one person's: a bot's connection has no person at all.
//! So the sessions that a session may see and end are those that share a connection with it. They can
//! be named by the ids of their records, which the log names too: an id grants nothing, and is not
//! derived from the token.

use std::sync::Arc;

use axum::{
    Json,
    extract::{RawPathParams, State, rejection::RawPathParamsRejection},
    response::{IntoResponse, Response},
};
use domain::{ids::SessionId, session::ListedSession};
use http::StatusCode;
use shared::api::sessions::{Browser, MAX_SESSIONS, Sessions as View};

use super::{
    CurrentSession, Sessions,
    extract::PresentedSessions,
    route::{self, in_task},
};
use crate::{
    activity::{self, Event},
    http::problem::ApiError,
    store::Live,
};

/// Returns this browser, and those that share a connection with it.
pub async fn list(
    State(sessions): State<Arc<Sessions>>,
    CurrentSession { session, .. }: CurrentSession,
) -> Result<Json<View>, ApiError> {
    let now = sessions.clock.now();
    let live = Live {
        now,
        unused_since: sessions.lifetimes.unused_since(now),
        limit: MAX_SESSIONS,
    };
    let listed = sessions
        .store
        .sessions_sharing_with(&session.id, live)
        .await?;
    Ok(Json(View {
        sessions: listed
            .iter()
            .map(|one| sessions.view(one, &session.id))
            .collect(),
    }))
}

/// Ends the session of another browser, at once; its connections stay. Unknown sessions and those
/// that share no connection are answered alike. Ending the session that asks is a sign-out, exactly
/// as `DELETE /api/session` is: what its id names is over afterwards, like that of any other.
pub async fn end(
    State(sessions): State<Arc<Sessions>>,
    CurrentSession { session: by, .. }: CurrentSession,
    presented: PresentedSessions,
    params: Result<RawPathParams, RawPathParamsRejection>,
) -> Result<Response, ApiError> {
    let params = params.map_err(|_| ApiError::NotFound)?;
    let id = params.iter().find(|(name, _)| *name == "id");
    let (_, id) = id.ok_or(ApiError::NotFound)?;
    let id = SessionId::presented(id);
    if id == by.id {
        return route::end(State(sessions), presented).await;
    }
    let of = Arc::clone(&sessions);
    let ending = async move {
        let ended = of.store.end_session_sharing_with(&by.id, &id).await?;
        if !ended.value {
            return Err(ApiError::NotFound);
        }
        tracing::info!(
            session = id.as_str(),
            by = by.id.as_str(),
            "A browser was signed out by another one"
        );
        activity::note(Event::signed_out(true));
        Ok(())
    };
    in_task(&sessions, ending).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

impl Sessions {
    /// Returns the JSON of a session for the session `current`.
    fn view(&self, session: &ListedSession, current: &SessionId) -> Browser {
        let last_used_at = self.last_used.latest(&session.id, session.last_used_at);
        let expires_at = self.lifetimes.ends_at(last_used_at, session.expires_at);
        Browser {
            current: session.id == *current,
            id: session.id.to_string(),
            browser: session.browser.to_string(),
            signed_in_at: session.signed_in_at.to_string(),
            last_used_at: last_used_at.to_string(),
            expires_at: expires_at.to_string(),
        }
    }
}
