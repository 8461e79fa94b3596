//! The client for API requests.

use std::{error::Error, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Empty;
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use thread_local::ThreadLocal;
use tokio::time::{Instant, timeout};

use super::{
    body::{READ_TIMEOUT, TimedBody},
    cannot_make::CannotMake,
    connector::{Connector, PROBE_INTERVAL},
    transport_error::{TransportError, causes},
};

/// How long an idle connection to the API is kept open.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// Maximum number of a thread's idle connections to the API.
const MAX_IDLE: usize = 128;

/// Maximum number of times that a request is sent again.
const MAX_REPEATS: u32 = 2;

/// A client for API requests, which have no body.
///
/// It is hyper's client and not reqwest's, which parses each address again and passes each request
/// through layers for redirects, retries, cookies and decompression that the proxy has no use for.
///
/// Each thread has connections of its own: an answer then arrives on the thread that waits for it,
/// and wakes no other one.
#[derive(Debug)]
pub struct ApiClient {
    connector: Connector,
    clients: ThreadLocal<Client<Connector, Empty<Bytes>>>,
}

impl ApiClient {
    /// Creates a client for an address with that scheme.
    pub fn new(is_https: bool) -> Result<Self, CannotMake> {
        Ok(Self {
            connector: Connector::new(is_https)?,
            clients: ThreadLocal::new(),
        })
    }

    /// Returns the client of this thread.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that makes a client for the API"
    )]
    fn client(&self) -> &Client<Connector, Empty<Bytes>> {
        self.clients.get_or(|| {
            Client::builder(TokioExecutor::new())
                .timer(TokioTimer::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE_TIMEOUT)
                .pool_max_idle_per_host(MAX_IDLE)
                // All reads share one HTTP/2 connection: one that is dead must not take them all
                // along.
                .http2_keep_alive_interval(PROBE_INTERVAL)
                .http2_keep_alive_timeout(PROBE_INTERVAL)
                .build(self.connector.clone())
        })
    }

    /// Sends a request and waits for the head of its answer.
    ///
    /// A request that was queued on a connection that had ended is sent on another, and one that the
    /// server states not to have processed is sent again (RFC 9113, section 8.7). Any other one is
    /// never repeated.
    pub async fn send(
        &self,
        request: impl Fn() -> Request<Empty<Bytes>>,
    ) -> Result<Response<TimedBody>, TransportError> {
        let began = Instant::now();
        let sending = async {
            let mut repeats = 0;
            loop {
                match self.client().request(request()).await {
                    Err(error) if repeats < MAX_REPEATS && was_not_processed(&error) => {
                        repeats += 1;
                    }
                    done => return done,
                }
            }
        };
        match timeout(READ_TIMEOUT, sending).await {
            Ok(Ok(response)) => Ok(response.map(|body| TimedBody::new(body, began))),
            Ok(Err(error)) => Err(error.into()),
            // Connecting has a shorter time-out, so the request was sent.
            Err(elapsed) => Err(TransportError::AnswerLost(elapsed.into())),
        }
    }
}

/// Returns whether the server ended the stream before it processed the request: it refused it, or it
/// goes away and the request came too late.
fn was_not_processed(error: &(dyn Error + 'static)) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<h2::Error>())
        .any(|error| {
            error.is_remote()
                && (error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM)
                    || error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR))
        })
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use h2::Reason;
    use http::{StatusCode, Uri};
    use tokio::net::TcpListener;

    use super::*;

    /// A server that speaks HTTP/2 without TLS. It resets the first streams for these reasons, and
    /// answers all further ones.
    async fn server(resets: &'static [Reason]) -> (Uri, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}/", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    match resets.get(counted.fetch_add(1, Ordering::SeqCst)) {
                        Some(reason) => respond.send_reset(*reason),
                        None => {
                            respond.send_response(Response::new(()), true).unwrap();
                        }
                    }
                }
            }
        });
        (uri.parse().unwrap(), requests)
    }

    #[tokio::test]
    async fn sec_44_only_a_request_that_was_not_processed_is_repeated() {
        const REFUSED: Reason = Reason::REFUSED_STREAM;
        let cases: [(&[Reason], usize, bool); 5] = [
            (&[], 1, true),
            (&[REFUSED], 2, true),
            (&[REFUSED; 2], 3, true),
            (&[REFUSED; 3], 3, false),
            (&[Reason::INTERNAL_ERROR], 1, false),
        ];
        for (resets, expected_requests, is_answered) in cases {
            let (uri, requests) = server(resets).await;
            let client = ApiClient::new(false).unwrap();
            // HTTP/2 is negotiated by TLS only; this thread's client assumes it.
            client.clients.get_or(|| {
                #[expect(clippy::disallowed_methods, reason = "it is only for this test")]
                Client::builder(TokioExecutor::new())
                    .http2_only(true)
                    .build(client.connector.clone())
            });
            let answer = client
                .send(|| {
                    let mut request = Request::new(Empty::new());
                    *request.uri_mut() = uri.clone();
                    request
                })
                .await;
            match answer {
                Ok(answer) => assert_eq!((answer.status(), is_answered), (StatusCode::OK, true)),
                Err(TransportError::AnswerLost(_)) => assert!(!is_answered, "{resets:?}"),
                Err(error) => panic!("{error}"),
            }
            assert_eq!(
                requests.load(Ordering::SeqCst),
                expected_requests,
                "{resets:?}"
            );
        }
    }
}
