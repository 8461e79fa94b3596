//! An always-valid way to Snyk for one connection: for the proxy, and for a developer's own routes.

use axum::extract::FromRequestParts;
use http::{StatusCode, request::Parts};

use crate::{
    connection::Connection,
    http::{problem::ApiError, state::AppState},
    provider::ApiAnswer,
    session::extract::Reached,
};

/// Extractor: reads from Snyk as the connection that the route's `{id}` names, if this session
/// reaches it. The token is renewed when due, and never leaves this type.
#[derive(Debug)]
pub struct SnykClient {
    app: AppState,
    connection: Connection,
}

impl SnykClient {
    /// The connection that it reads as.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Reads from Snyk's API; `path_and_query` begins with `/rest/` or `/v1/`. A 401 earns one
    /// refresh and one repeat, since a token can die before its time; a 403 earns neither.
    pub async fn get(&self, path_and_query: &str) -> Result<ApiAnswer, ApiError> {
        let app = &self.app;
        let (token, generation) = app.refresher.access_token(&self.connection).await?;
        let answer = app.provider.get(path_and_query, &token).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        let renewed = app.refresher.renew(&self.connection.id, generation).await?;
        let (token, _) = app.refresher.access_token(&renewed).await?;
        Ok(app.provider.get(path_and_query, &token).await?)
    }
}

impl FromRequestParts<AppState> for SnykClient {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let Reached(connection) = Reached::from_request_parts(parts, app).await?;
        Ok(Self {
            app: app.clone(),
            connection,
        })
    }
}
