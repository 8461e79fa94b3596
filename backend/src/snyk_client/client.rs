//! A client for Snyk's API that keeps the access token of one connection valid.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use domain::{connection::Connection, ids::SessionId};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use http::{StatusCode, request::Parts};
use jiff::Timestamp;
use shared::{
    json::FromValue,
    snyk::{Page, Read},
};
use tokio::time::Instant;

use super::{
    SnykError,
    concurrency_limit::{ConcurrencyLimit, QUEUE_TIMEOUT},
    pages,
};
use crate::{
    clock::Clock,
    http::problem::ApiError,
    outbound_rate_limit::OutboundRateLimit,
    provider::{ApiAnswer, Encoding, ProviderClient, retry::with_retries},
    refresh::{RefreshError, Refresher},
    session::{Sessions, extract::AuthorizedConnection},
    store::Store,
};

/// Maximum number of refreshes in one read. One would suffice if all clocks of a fleet were right.
const MAX_RENEWALS: u32 = 2;

/// The parts that reads from Snyk use.
#[derive(Debug)]
pub struct SnykApi {
    /// Stores connections.
    pub store: Arc<dyn Store>,
    /// Sends requests.
    pub provider: Arc<dyn ProviderClient>,
    /// Refreshes tokens.
    pub refresher: Arc<Refresher>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Bounds the rate of each connection's requests.
    pub outbound_rate_limit: Arc<OutboundRateLimit>,
    /// Bounds the concurrent reads of a session.
    pub concurrency_limit: ConcurrencyLimit,
}

impl SnykApi {
    /// Evicts the idle entries of the limits, so that memory stays bounded.
    pub fn evict_idle(&self) {
        self.concurrency_limit.evict_idle();
        self.outbound_rate_limit.evict_idle(Instant::now());
    }
}

/// Extractor of a client for Snyk's API that acts as the connection in the route's `{id}`, if the
/// session is authorized for it. It refreshes the token when due; the token never leaves this type.
#[derive(Clone, Debug)]
pub struct SnykClient {
    api: Arc<SnykApi>,
    session: SessionId,
    connection: Arc<Connection>,
}

impl SnykClient {
    /// Returns the connection, as it was when the request came.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Returns the current time, by the clock that the requests use.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.api.clock.now()
    }

    /// Returns the session that is authorized for the connection.
    #[must_use]
    pub fn session(&self) -> &SessionId {
        &self.session
    }

    /// Sends a read and parses the answer. Retries where that may help, such as after a rate limit,
    /// for no longer than an interactive request may take.
    ///
    /// # Errors
    ///
    /// If no token or no answer is available, the status is not 200, or the document is not the
    /// expected one.
    pub async fn read<T: FromValue>(&self, read: &Read<T>) -> Result<T, SnykError> {
        let path_and_query = read.versioned();
        let answer = with_retries(&*self.api.clock, |until| {
            self.send_within_rate_limit(&path_and_query, until)
        })
        .await?;
        if answer.status != StatusCode::OK {
            return Err(SnykError::refused(&answer, self.api.clock.now()));
        }
        Ok(answer.json()?)
    }

    /// Returns every page of a list as a stream that requests each page when polled. Drop the
    /// stream to stop. A repeated cursor, an unreadable link to the next page, or too many pages
    /// end it with an error. A page counts the items that cannot be read.
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

    /// Returns every readable item of a list, page by page like [`pages`](Self::pages). The number
    /// of unreadable items is logged.
    pub fn items<T: FromValue + Send + 'static>(
        &self,
        list: Read<Page<T>>,
    ) -> impl Stream<Item = Result<T, SnykError>> + Send {
        self.pages(list)
            .map_ok(|page| stream::iter(page.data).map(Ok))
            .try_flatten()
    }

    /// Sends one read to Snyk's API and returns the answer, whatever its status. `path_and_query`
    /// begins with `/rest/` or `/v1/` and includes the version. The body has an encoding that is
    /// accepted. A 401 causes a refresh and a retry, since a token can become invalid early; it is
    /// returned only if a new token is rejected as well. A 403 causes neither (RFC 6750 section
    /// 3.1).
    ///
    /// # Errors
    ///
    /// If no token or no answer is available, or the rate limit allows no request now.
    pub async fn send(
        &self,
        path_and_query: &str,
        accepted: Encoding,
    ) -> Result<ApiAnswer, SnykError> {
        let rate = self.api.outbound_rate_limit.take(&self.connection.id);
        rate.await.map_err(|after| SnykError::TooFast { after })?;
        let connection = self.current().await?;
        self.request(connection, path_and_query, accepted, None)
            .await
    }

    /// Sends like [`send`](Self::send), for a handler that does so before it awaits anything: the
    /// connection is not looked up again, unless the request has to wait for the rate limit.
    pub(crate) async fn send_at_once(
        &self,
        path_and_query: &str,
        accepted: Encoding,
    ) -> Result<ApiAnswer, SnykError> {
        let limit = &self.api.outbound_rate_limit;
        if limit.try_take(&self.connection.id, Instant::now()).is_err() {
            return self.send(path_and_query, accepted).await;
        }
        self.request(Arc::clone(&self.connection), path_and_query, accepted, None)
            .await
    }

    /// Returns the current state of the connection: during a long list it may have been refreshed
    /// or ended.
    async fn current(&self) -> Result<Arc<Connection>, SnykError> {
        let found = self
            .api
            .store
            .authorized(&self.session, &self.connection.id)
            .await
            .map_err(RefreshError::from)?;
        Ok(found.ok_or(RefreshError::Gone)?)
    }

    /// Waits for the rate limit, and returns an error at once if the wait would end after `until`.
    async fn send_within_rate_limit(
        &self,
        path_and_query: &str,
        until: Instant,
    ) -> Result<ApiAnswer, SnykError> {
        let limit = &self.api.outbound_rate_limit;
        while let Err(after) = limit.take(&self.connection.id).await {
            if Instant::now() + after > until {
                return Err(SnykError::TooFast { after });
            }
            tokio::time::sleep(after).await;
        }
        let connection = self.current().await?;
        self.request(connection, path_and_query, Encoding::Gzip, Some(until))
            .await
    }

    /// Sends a read. Without `until`, the queue timeout starts when the token is available.
    async fn request(
        &self,
        mut connection: Arc<Connection>,
        path_and_query: &str,
        accepted: Encoding,
        until: Option<Instant>,
    ) -> Result<ApiAnswer, SnykError> {
        let api = &self.api;
        let began = api.clock.now();
        let mut renewals = 0;
        loop {
            let (token, generation) = api.refresher.access_token(&connection).await?;
            let until = until.unwrap_or_else(|| Instant::now() + QUEUE_TIMEOUT);
            let permit = api.concurrency_limit.take(&self.session, until).await?;
            let answer = api.provider.get(path_and_query, accepted, &token).await?;
            if answer.status != StatusCode::UNAUTHORIZED {
                return Ok(permit.held_by(answer));
            }
            // The refreshed pair may be one that another read obtained before this one began, and
            // that has expired since: the rejection is final only for a pair that is new.
            let is_new = renewals > 0 && connection.refreshed_at >= began;
            if is_new || renewals == MAX_RENEWALS {
                api.refresher.note_unauthorized(&connection.id, generation);
            }
            if api.refresher.is_refused(&connection.id, generation) {
                return Ok(permit.held_by(answer));
            }
            // Hold neither a permit nor an answer while waiting for a refresh.
            drop((permit, answer));
            connection = api
                .refresher
                .renew_unless_paused(&connection.id, generation)
                .await?;
            renewals += 1;
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SnykClient
where
    Arc<Sessions>: FromRef<S>,
    Arc<SnykApi>: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let AuthorizedConnection {
            session,
            connection,
        } = AuthorizedConnection::from_request_parts(parts, state).await?;
        Ok(Self {
            api: Arc::from_ref(state),
            session: session.id,
            connection,
        })
    }
}
