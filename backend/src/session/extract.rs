//! Extractors: the current session, and the connection that a request is authorized for.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts, RawPathParams},
    http::request::Parts,
};
use domain::{
    connection::{Connection, State as ConnectionState},
    ids::ConnectionId,
    session::StoredSession,
};

use super::{CurrentSession, Sessions};
use crate::http::problem::ApiError;

/// The session of the request's cookie, if it is live.
#[derive(Debug)]
pub struct OptionalSession(pub Option<CurrentSession>);

/// Every live session that a request presents, in the order of its cookies. There is more than one
/// if another program has set a cookie of the same name under another path. Requests use the first
/// one. Signing out, and connecting anew, end all of them.
#[derive(Debug)]
pub struct PresentedSessions(pub Vec<CurrentSession>);

/// The connection that the path's `{id}` names, if the request's session is authorized for it.
/// Unknown connections and those of others are answered alike.
#[derive(Debug)]
pub struct AuthorizedConnection {
    /// The session.
    pub session: StoredSession,
    /// The connection.
    pub connection: Arc<Connection>,
}

impl<S: Send + Sync> FromRequestParts<S> for PresentedSessions
where
    Arc<Sessions>: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let sessions = Arc::<Sessions>::from_ref(state);
        Ok(Self(sessions.presented(&parts.headers).await?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OptionalSession
where
    Arc<Sessions>: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let sessions = Arc::<Sessions>::from_ref(state);
        Ok(Self(sessions.current(&parts.headers).await?))
    }
}

/// Rejects a request without a live session as `not_signed_in`.
impl<S: Send + Sync> FromRequestParts<S> for CurrentSession
where
    Arc<Sessions>: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let OptionalSession(current) = OptionalSession::from_request_parts(parts, state).await?;
        current.ok_or(ApiError::NotSignedIn)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AuthorizedConnection
where
    Arc<Sessions>: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let CurrentSession { session, .. } =
            CurrentSession::from_request_parts(parts, state).await?;
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::NotFound)?;
        let (_, id) = params
            .iter()
            .find(|(name, _)| *name == "id")
            .ok_or(ApiError::NotFound)?;
        let connection = Arc::<Sessions>::from_ref(state)
            .store
            .authorized(&session.id, &ConnectionId::presented(id))
            .await?
            .filter(|connection| !matches!(connection.state, ConnectionState::Disconnected))
            .ok_or(ApiError::NotFound)?;
        Ok(Self {
            session,
            connection,
        })
    }
}
