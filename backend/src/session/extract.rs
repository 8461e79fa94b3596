//! Extractors: the current session, and the connection that a request is authorized for.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use super::{SessionToken, cookie};
use crate::{
    connection::{Connection, State as ConnectionState},
    http::{problem::ApiError, state::AppState},
    store::StoredSession,
};

/// Maximum number of session cookies that are looked up. A browser usually has one. Other programs
/// on the same host may have set more, since cookies ignore ports; only values with the form of a
/// token count.
const MAX_LOOKUPS: usize = 128;

/// The session of the request's cookie, if it is live.
#[derive(Debug)]
pub struct OptionalSession(pub Option<CurrentSession>);

/// Every live session that a request presents, in the order of its cookies: more than one if
/// another program has set this server's cookie again under another path. Requests use the first;
/// signing out and connecting end all of them.
#[derive(Debug)]
pub struct PresentedSessions(pub Vec<CurrentSession>);

/// The session of the request's cookie. Without one the request is rejected with `not_signed_in`.
#[derive(Debug)]
pub struct CurrentSession {
    /// The token in the cookie.
    pub token: SessionToken,
    /// The session.
    pub session: StoredSession,
}

/// The connection that the path's `{id}` names, if the session of the request's cookie is
/// authorized for it. The answers for unknown and for foreign connections are the same.
#[derive(Debug)]
pub struct AuthorizedConnection {
    /// The session.
    pub session: StoredSession,
    /// The connection.
    pub connection: Arc<Connection>,
}

impl FromRequestParts<AppState> for PresentedSessions {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let mut tokens = presented_tokens(app, parts);
        let hashes: Vec<_> = tokens.iter().map(SessionToken::hash).collect();
        let now = app.clock.now();
        let mut all = Vec::new();
        for (hash, session) in app.store.sessions(&hashes).await? {
            let session = app.last_used.known(session);
            if app.lifetimes.is_alive(&session, now)
                && let Some(at) = tokens.iter().position(|token| token.hash() == hash)
            {
                let token = tokens.swap_remove(at);
                all.push(CurrentSession { token, session });
            }
        }
        Ok(Self(all))
    }
}

/// Returns the values of the request's session cookies that have the form of a token, each once.
fn presented_tokens(app: &AppState, parts: &Parts) -> Vec<SessionToken> {
    let name = app.cookies.session_name();
    let mut values = Vec::new();
    for (presented, value) in cookie::presented(&parts.headers) {
        if presented == name && !values.contains(&value) {
            values.push(value);
        }
    }
    let tokens = values.into_iter().filter_map(SessionToken::presented);
    tokens.take(MAX_LOOKUPS).collect()
}

impl FromRequestParts<AppState> for OptionalSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let PresentedSessions(all) = PresentedSessions::from_request_parts(parts, app).await?;
        let Some(CurrentSession { token, session }) = all.into_iter().next() else {
            return Ok(Self(None));
        };
        let now = app.clock.now();
        if app.lifetimes.should_note_use(&session, now) {
            app.last_used
                .note(&app.store, &app.tasks, &session.id, now)
                .await;
        }
        Ok(Self(Some(CurrentSession { token, session })))
    }
}

impl FromRequestParts<AppState> for CurrentSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let OptionalSession(signed_in) = OptionalSession::from_request_parts(parts, app).await?;
        signed_in.ok_or(ApiError::NotSignedIn)
    }
}

impl FromRequestParts<AppState> for AuthorizedConnection {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let CurrentSession { session, .. } = CurrentSession::from_request_parts(parts, app).await?;
        let params = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|_| ApiError::NotFound)?;
        let (_, id) = params
            .iter()
            .find(|(name, _)| *name == "id")
            .ok_or(ApiError::NotFound)?;
        let connection = app
            .store
            .authorized(&session.id, id)
            .await?
            .filter(|connection| !matches!(connection.state, ConnectionState::Disconnected))
            .ok_or(ApiError::NotFound)?;
        Ok(Self {
            session,
            connection,
        })
    }
}
