//! The server: hyper's HTTP/1 connections with explicit timeouts. `axum::serve` installs no timer,
//! so hyper's timeouts have no effect there. A client that stays silent, sends slowly or does not
//! read would then hold its connection forever (SEC-67).

use std::{
    convert::Infallible,
    future::Future,
    net::{SocketAddr, TcpStream as AcceptedStream},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use axum::{body::Body, extract::ConnectInfo, response::Response};
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderValue, Request, header};
use hyper::{
    body::{Body as _, Incoming},
    server::conn::http1,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::OwnedSemaphorePermit,
    time::Instant,
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;

use super::{
    body::{TrackedRequestBody, TrackedResponseBody},
    connection_limit::ConnectionLimit,
    framed_stream::{FramedStream, Rejected},
    listeners::Listeners,
    malformed,
    request_framer::{RequestFramer, Timeouts},
    workers::Workers,
};

/// Timeout of a request head, from its first byte on.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Write timeout: a client that reads no byte of a response for this time is considered gone.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Maximum size of a request head, in bytes.
const MAX_HEAD_SIZE: usize = 16 * 1024;
/// Maximum age of a connection. The next response after it closes the connection.
const MAX_CONNECTION_AGE: Duration = Duration::from_mins(5);
/// Idle timeout while the server stops. A connected client may send one more request within it.
const IDLE_TIMEOUT_AT_STOP: Duration = Duration::from_secs(2);
/// How long shutdown waits for requests in progress.
const DRAIN: Duration = Duration::from_secs(25);

/// The HTTP server.
#[derive(Debug)]
pub struct Server<R> {
    /// Responds to a request.
    pub respond: R,
    /// Limits the number of connections.
    pub connection_limit: ConnectionLimit,
    /// The headers of every response, for responses that no route produces.
    pub headers: Arc<HeaderMap>,
    /// How long an idle connection is kept open.
    pub keep_alive: Duration,
    /// The threads that serve the connections. What the requests started runs on them as well, and
    /// may outlive the connections: the threads run until the server is dropped.
    pub workers: Workers,
}

impl<R, F> Server<R>
where
    R: Fn(Request<Body>) -> F + Clone + Send + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    /// Serves until `stop` completes, then lets requests in progress finish.
    pub async fn serve(&self, listeners: Listeners, stop: impl Future<Output = ()>) {
        let stopping = CancellationToken::new();
        let mut stop = pin!(stop);
        loop {
            let next = async {
                (
                    self.connection_limit.acquire().await,
                    listeners.accept().await,
                )
            };
            let (permit, accepted) = tokio::select! {
                next = next => next,
                () = &mut stop => break,
            };
            match accepted {
                Ok((stream, peer)) => {
                    // Leaves the event queue of this thread; the worker adds it to its own.
                    if let Ok(stream) = stream.into_std() {
                        self.spawn(&stopping, permit, stream, peer);
                    }
                }
                Err(error) => {
                    // The process is probably out of file descriptors. Wait until others are
                    // closed.
                    tracing::warn!(%error, "A connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        for listener in listeners.into_each() {
            self.accept_backlog(listener, &stopping);
        }
        stopping.cancel();
        if tokio::time::timeout(DRAIN, self.workers.wait())
            .await
            .is_err()
        {
            tracing::warn!("Requests were still under way after {DRAIN:?}");
        }
    }

    /// Serves connections that the operating system has already accepted. Closing the listener
    /// would reset them (REL-7).
    fn accept_backlog(&self, listener: TcpListener, stopping: &CancellationToken) {
        // Uses the blocking listener: the runtime may not have learned of a new connection yet.
        let Ok(listener) = listener.into_std() else {
            return;
        };
        while let Ok((stream, peer)) = listener.accept() {
            let permit = self.connection_limit.acquire().now_or_never().flatten();
            if permit.is_some() && stream.set_nonblocking(true).is_ok() {
                self.spawn(stopping, permit, stream, peer);
            }
        }
    }

    fn spawn(
        &self,
        stopping: &CancellationToken,
        permit: Option<OwnedSemaphorePermit>,
        stream: AcceptedStream,
        peer: SocketAddr,
    ) {
        // Dropped without a response, which would cost more than the connection.
        let Some(network_permit) = self.connection_limit.acquire_for(peer.ip()) else {
            return;
        };
        let framer = Arc::new(RequestFramer::new(Timeouts {
            idle: self.keep_alive,
            head: HEAD_TIMEOUT,
            idle_at_stop: IDLE_TIMEOUT_AT_STOP,
        }));
        let connected_at = Instant::now();
        let service = hyper::service::service_fn({
            let (respond, framer) = (self.respond.clone(), Arc::clone(&framer));
            move |request: Request<Incoming>| {
                // Runs before hyper reads further.
                let length = request.body().size_hint().exact();
                framer.begin(length);
                let is_last = length.is_none() || connected_at.elapsed() > MAX_CONNECTION_AGE;
                handle(respond.clone(), request, peer, Arc::clone(&framer), is_last)
            }
        });
        let headers = Arc::clone(&self.headers);
        let build_response = move |rejected: Rejected<'_>| malformed::response(rejected, &headers);
        let stopping = stopping.clone();
        self.workers.spawn(async move {
            let Ok(stream) = TcpStream::from_std(stream) else {
                return;
            };
            let stream =
                FramedStream::new(with_timeouts(stream), Arc::clone(&framer), build_response);
            // hyper's timeout for heads starts at the end of the last response. It would close idle
            // connections that a load balancer is about to reuse.
            let connection = http1::Builder::new()
                .header_read_timeout(None)
                .max_buf_size(MAX_HEAD_SIZE)
                .keep_alive(true)
                .serve_connection(TokioIo::new(stream), service);
            let mut connection = pin!(connection);
            // A broken connection is the fault of the client and is not logged.
            tokio::select! {
                _ = connection.as_mut() => {}
                () = stopping.cancelled() => {
                    // Not hyper's graceful shutdown. It closes idle connections at once, and also a
                    // connection whose response has started without announcing the close, so a
                    // request on its way would be lost (REL-7).
                    framer.stop();
                    let _ = connection.await;
                }
            }
            drop((permit, network_permit));
        });
    }
}

fn with_timeouts(stream: TcpStream) -> std::pin::Pin<Box<TimeoutStream<TcpStream>>> {
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_TIMEOUT));
    Box::pin(stream)
}

/// Handles a request, and announces the end of the connection in the last response on it. Clients
/// that keep connections alive, such as load balancers, would otherwise send the next request into
/// a closing connection and not retry it.
async fn handle<R, F>(
    respond: R,
    mut request: Request<Incoming>,
    peer: SocketAddr,
    framer: Arc<RequestFramer>,
    is_last: bool,
) -> Result<Response<TrackedResponseBody>, Infallible>
where
    R: Fn(Request<Body>) -> F,
    F: Future<Output = Response>,
{
    request.extensions_mut().insert(ConnectInfo(peer));
    let (request, read_status) = TrackedRequestBody::track(request);
    let response_body = TrackedResponseBody::track(framer);
    let mut response = respond(request).await;
    if is_last || read_status.is_unread() || response_body.framer().is_stopping() {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| response_body.with_body(body)))
}
