//! The client for API requests.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Empty;
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use tokio::time::{Instant, timeout};

use super::{
    body::{READ_TIMEOUT, TimedBody},
    cannot_make::CannotMake,
    connector::Connector,
    transport_error::TransportError,
};

/// How long an idle connection to the API is kept open.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// Maximum number of idle connections to the API.
const MAX_IDLE: usize = 128;

/// A client for API requests, which have no body.
///
/// It is hyper's client and not reqwest's, which parses each address again and passes each request
/// through layers for redirects, retries, cookies and decompression that the proxy has no use for.
#[derive(Clone, Debug)]
pub struct ApiClient(Client<Connector, Empty<Bytes>>);

impl ApiClient {
    /// Creates a client for an address with that scheme.
    pub fn new(is_https: bool) -> Result<Self, CannotMake> {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(MAX_IDLE)
            .build(Connector::new(is_https)?);
        Ok(Self(client))
    }

    /// Sends a request and waits for the head of its answer. A request that was queued on a
    /// connection that had ended is sent on another; one that was written is never repeated.
    pub async fn send(
        &self,
        request: Request<Empty<Bytes>>,
    ) -> Result<Response<TimedBody>, TransportError> {
        let began = Instant::now();
        match timeout(READ_TIMEOUT, self.0.request(request)).await {
            Ok(Ok(response)) => Ok(response.map(|body| TimedBody::new(body, began))),
            Ok(Err(error)) => Err(error.into()),
            // Connecting has a shorter time-out, so the request was sent.
            Err(elapsed) => Err(TransportError::AnswerLost(elapsed.into())),
        }
    }
}
