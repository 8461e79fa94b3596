//! An always-valid way to Snyk for one connection.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use http::{StatusCode, request::Parts};
use shared::{
    json::FromValue,
    snyk::{Page, Read},
};
use tokio::time::Instant;

use super::{SnykError, concurrency_limit::WAITS, pages};
use crate::{
    connection::Connection,
    http::{problem::ApiError, state::AppState},
    provider::{ApiAnswer, retry::with_retries},
    refresh::RefreshError,
    session::{SessionId, extract::AuthorizedConnection},
};

/// How often a read renews the token at most. One would do, if all clocks of a fleet were right.
const MAX_RENEWALS: u32 = 2;

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
        let answer = with_retries(&*self.app.clock, |until| {
            self.ask_in_turn(&path_and_query, until)
        })
        .await?;
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
    /// `/v1/` and names its version. A 401 earns a refresh and a repeat, since a token can die
    /// before its time, and is passed on only where a new token meets it too; a 403 earns neither
    /// (RFC 6750 section 3.1).
    ///
    /// # Errors
    ///
    /// Where there is no token, no answer, or no turn under Snyk's rate just now.
    pub async fn send(&self, path_and_query: &str) -> Result<ApiAnswer, SnykError> {
        self.app
            .outbound_rate_limit
            .take(&self.connection.id, Instant::now())
            .map_err(|after| SnykError::TooFast { after })?;
        self.ask(path_and_query, None).await
    }

    /// Waits for its turn under Snyk's rate; longer than `until` is for the caller to know.
    async fn ask_in_turn(
        &self,
        path_and_query: &str,
        until: Instant,
    ) -> Result<ApiAnswer, SnykError> {
        while let Err(after) = self
            .app
            .outbound_rate_limit
            .take(&self.connection.id, Instant::now())
        {
            if Instant::now() + after > until {
                return Err(SnykError::TooFast { after });
            }
            tokio::time::sleep(after).await;
        }
        self.ask(path_and_query, Some(until)).await
    }

    /// Asks as the connection stands now: in a long walk it may have been renewed, or have ended.
    /// Without `until` the wait for a turn counts from when there is a token.
    async fn ask(
        &self,
        path_and_query: &str,
        until: Option<Instant>,
    ) -> Result<ApiAnswer, SnykError> {
        let app = &self.app;
        let began = app.clock.now();
        let mut connection = app
            .store
            .authorized(&self.session, &self.connection.id)
            .await
            .map_err(RefreshError::from)?
            .ok_or(RefreshError::Gone)?;
        let mut renewals = 0;
        loop {
            let (token, generation) = app.refresher.access_token(&connection).await?;
            let until = until.unwrap_or_else(|| Instant::now() + WAITS);
            let turn = app.concurrency_limit.take(&self.session, until).await?;
            let answer = app.provider.get(path_and_query, &token).await?;
            if answer.status != StatusCode::UNAUTHORIZED {
                return Ok(turn.held_by(answer));
            }
            // What came back from a renewal can be a pair that another read renewed before this one
            // began, and that has ended since: only a new one that is refused is beyond help.
            let is_new = renewals > 0 && connection.refreshed_at >= began;
            if is_new || renewals == MAX_RENEWALS {
                app.refresher.note_unauthorized(&connection.id, generation);
            }
            if app.refresher.is_refused(&connection.id, generation) {
                return Ok(turn.held_by(answer));
            }
            // Who waits for a renewal holds neither a turn nor an answer.
            drop((turn, answer));
            connection = app
                .refresher
                .renew_unless_paused(&connection.id, generation)
                .await?;
            renewals += 1;
        }
    }
}

impl FromRequestParts<AppState> for SnykClient {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let AuthorizedConnection {
            session,
            connection,
        } = AuthorizedConnection::from_request_parts(parts, app).await?;
        Ok(Self {
            app: app.clone(),
            session: session.id,
            connection,
        })
    }
}
