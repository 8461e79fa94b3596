//! Extractors: who is signed in, and which connection a request may use.

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

/// The session of the request's cookie, if it is alive.
#[derive(Debug)]
pub struct MaybeSignedIn(pub Option<SignedIn>);

/// The session of the request's cookie; without one the request ends with `not_signed_in`.
#[derive(Debug)]
pub struct SignedIn {
    /// What the cookie held.
    pub token: SessionToken,
    /// The session.
    pub session: StoredSession,
}

/// The connection that the path's `{id}` names, if the session of the request's cookie reaches it.
/// Unknown and foreign ones answer alike.
#[derive(Debug)]
pub struct Reached {
    /// The session.
    pub session: StoredSession,
    /// The connection.
    pub connection: Arc<Connection>,
}

impl FromRequestParts<AppState> for MaybeSignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let name = app.cookies.session_name();
        let token = cookie::presented(&parts.headers)
            .find(|(presented, _)| *presented == name)
            .and_then(|(_, value)| SessionToken::presented(value));
        let Some(token) = token else {
            return Ok(Self(None));
        };
        let now = app.clock.now();
        let session = app.store.session(&token.hash()).await?;
        let session = session.map(|session| app.last_uses.known(session));
        let Some(session) = session.filter(|session| app.lifetimes.is_alive(session, now)) else {
            return Ok(Self(None));
        };
        if app.lifetimes.should_note_use(&session, now) {
            app.last_uses
                .note(&app.store, &app.tasks, &session.id, now)
                .await;
        }
        Ok(Self(Some(SignedIn { token, session })))
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let MaybeSignedIn(signed_in) = MaybeSignedIn::from_request_parts(parts, app).await?;
        signed_in.ok_or(ApiError::NotSignedIn)
    }
}

impl FromRequestParts<AppState> for Reached {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let SignedIn { session, .. } = SignedIn::from_request_parts(parts, app).await?;
        let params = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|_| ApiError::NotFound)?;
        let (_, id) = params
            .iter()
            .find(|(name, _)| *name == "id")
            .ok_or(ApiError::NotFound)?;
        let connection = app
            .store
            .reached(&session.id, id)
            .await?
            .filter(|connection| !matches!(connection.state, ConnectionState::Disconnected))
            .ok_or(ApiError::NotFound)?;
        Ok(Self {
            session,
            connection,
        })
    }
}
