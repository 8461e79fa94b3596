//! An always-valid way to Snyk for one connection.

use std::{sync::Arc, time::Duration};

use axum::extract::FromRequestParts;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use http::{StatusCode, request::Parts};
use shared::{
    json::FromValue,
    snyk::{Page, Read},
};
use tokio::time::Instant;

use super::{SnykError, pages};
use crate::{
    connection::Connection,
    http::{problem::ApiError, state::AppState},
    provider::{ApiAnswer, retry::with_retries},
    refresh::RefreshError,
    session::{SessionId, extract::Reached},
};

/// How long a read waits for its turn under Snyk's rate; longer than this is for the caller to know.
const WAITS_FOR_ITS_TURN: Duration = Duration::from_mins(1);

/// Extractor: reads from Snyk as the connection that the route's `{id}` names, if this session
/// reaches it. The token is renewed when due, and never leaves this type.
#[derive(Clone, Debug)]
pub struct SnykClient {
    app: AppState,
    session: SessionId,
    connection: Arc<Connection>,
}

impl SnykClient {
    /// The connection that it reads as, as it stood when the request came.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The session that reaches the connection.
    #[must_use]
    pub fn session(&self) -> &SessionId {
        &self.session
    }

    /// Reads what the request names. Tried again where that may help: such as when Snyk asks to slow
    /// down, and for no longer than a person waits.
    ///
    /// # Errors
    ///
    /// Where there is no token, no answer, another status than 200, or another document.
    pub async fn read<T: FromValue>(&self, read: &Read<T>) -> Result<T, SnykError> {
        let path_and_query = read.versioned();
        let answer = with_retries(&*self.app.clock, || self.ask_in_turn(&path_and_query)).await?;
        if answer.status != StatusCode::OK {
            return Err(SnykError::refused(&answer, self.app.clock.now()));
        }
        Ok(answer.json()?)
    }

    /// Every page of a list, one after the other, each read when it is asked for. Drop the stream to
    /// stop. A cursor that comes again ends it with an error, as do a next page that cannot be reached
    /// and a list without end. Of items that cannot be read a page has the number.
    pub fn pages<T: FromValue + Send + 'static>(
        &self,
        list: Read<Page<T>>,
    ) -> impl Stream<Item = Result<Page<T>, SnykError>> + Send {
        let this = self.clone();
        pages::pages(list, move |page| {
            let this = this.clone();
            async move { this.read(&page).await }
        })
    }

    /// Every item of a list that can be read, page by page as [`pages`](Self::pages) does. How many
    /// could not is in the log.
    pub fn items<T: FromValue + Send + 'static>(
        &self,
        list: Read<Page<T>>,
    ) -> impl Stream<Item = Result<T, SnykError>> + Send {
        self.pages(list)
            .map_ok(|page| stream::iter(page.data).map(Ok))
            .try_flatten()
    }

    /// Reads from Snyk's API, once, whatever the answer; `path_and_query` begins with `/rest/` or
    /// `/v1/` and names its version. A 401 earns one refresh and one repeat, since a token can die
    /// before its time; a 403 earns neither (RFC 6750 section 3.1).
    ///
    /// # Errors
    ///
    /// Where there is no token, no answer, or no turn under Snyk's rate just now.
    pub async fn send(&self, path_and_query: &str) -> Result<ApiAnswer, SnykError> {
        self.app
            .pace
            .take(&self.connection.id, Instant::now())
            .map_err(|after| SnykError::TooFast { after })?;
        self.ask(path_and_query).await
    }

    async fn ask_in_turn(&self, path_and_query: &str) -> Result<ApiAnswer, SnykError> {
        let until = Instant::now() + WAITS_FOR_ITS_TURN;
        while let Err(after) = self.app.pace.take(&self.connection.id, Instant::now()) {
            if Instant::now() + after > until {
                return Err(SnykError::TooFast { after });
            }
            tokio::time::sleep(after).await;
        }
        self.ask(path_and_query).await
    }

    /// Asks as the connection stands now: in a long walk it may have been renewed, or have ended.
    async fn ask(&self, path_and_query: &str) -> Result<ApiAnswer, SnykError> {
        let app = &self.app;
        let connection = app
            .store
            .reached(&self.session, &self.connection.id)
            .await
            .map_err(RefreshError::from)?
            .ok_or(RefreshError::Gone)?;
        let (token, generation) = app.refresher.access_token(&connection).await?;
        // After the token: who waits for a refresh is in nobody's way.
        let turn = app.turns.take(&self.session).await?;
        let answer = app.provider.get(path_and_query, &token).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(turn.held_by(answer));
        }
        let renewed = app
            .refresher
            .renew_unless_paused(&connection.id, generation)
            .await;
        let renewed = match renewed {
            Ok(renewed) => renewed,
            // Nothing better can be had just now: the 401 is the answer.
            Err(RefreshError::Paused { .. }) => return Ok(turn.held_by(answer)),
            Err(error) => return Err(error.into()),
        };
        let (token, _) = app.refresher.access_token(&renewed).await?;
        let answer = app.provider.get(path_and_query, &token).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            app.refresher.note_refused(&connection.id);
        }
        Ok(turn.held_by(answer))
    }
}

impl FromRequestParts<AppState> for SnykClient {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let Reached {
            session,
            connection,
        } = Reached::from_request_parts(parts, app).await?;
        Ok(Self {
            app: app.clone(),
            session: session.id,
            connection,
        })
    }
}
