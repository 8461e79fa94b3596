//! The server: hyper's HTTP/1 connections with explicit time-outs. `axum::serve` installs no timer, so
//! hyper's own time-outs would do nothing there, and a client that stays silent, sends by the drop or
//! does not read would hold its connection for ever (SEC-67).

use std::{
    convert::Infallible, future::Future, net::SocketAddr, pin::pin, sync::Arc, time::Duration,
};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    response::Response,
};
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderValue, header};
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
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use super::{
    body::{Answered, Received},
    connection_limit::ConnectionLimit,
    framed_stream::{FramedStream, Rejected},
    framing,
    listeners::Listeners,
    request_framer::{RequestFramer, Timeouts},
};

/// A head must be there in this time, from its first byte on.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Who does not read a byte of an answer for so long is gone.
const READS_WITHIN: Duration = Duration::from_secs(30);
/// Largest head, in bytes.
const MAX_HEAD: usize = 16 * 1024;
/// A connection is kept for so long; the answer to the next request ends it.
const KEPT_FOR: Duration = Duration::from_mins(5);
/// At a stop, who is connected may ask once more within this time.
const IDLE_AT_STOP: Duration = Duration::from_secs(2);
/// How long a stop waits for requests under way.
const DRAIN: Duration = Duration::from_secs(25);

/// What serves.
#[derive(Debug)]
pub struct Server {
    /// Every route, with its layers.
    pub router: Router,
    /// Who may be connected.
    pub connection_limit: ConnectionLimit,
    /// The headers of every answer, for those that no route gives.
    pub headers: Arc<HeaderMap>,
    /// How long a connection is kept on which nothing is asked.
    pub keep_alive: Duration,
}

impl Server {
    /// Serves until `stop` is done, then lets requests under way finish.
    pub async fn serve(self, listeners: Listeners, stop: impl Future<Output = ()>) {
        let stopping = CancellationToken::new();
        let connections = TaskTracker::new();
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
                    self.spawn(&connections, &stopping, permit, stream, peer);
                }
                Err(error) => {
                    // Out of file descriptors, most likely: give others time to end.
                    tracing::warn!(%error, "A connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        for listener in listeners.into_each() {
            self.accept_the_last(listener, &connections, &stopping);
        }
        stopping.cancel();
        connections.close();
        if tokio::time::timeout(DRAIN, connections.wait())
            .await
            .is_err()
        {
            tracing::warn!("Requests were still under way after {DRAIN:?}");
        }
    }

    /// Whoever the system has connected already is served: with the listener it would be reset (REL-7).
    fn accept_the_last(
        &self,
        listener: TcpListener,
        connections: &TaskTracker,
        stopping: &CancellationToken,
    ) {
        // Asked of the system itself: the runtime may not know yet that somebody is there.
        let Ok(listener) = listener.into_std() else {
            return;
        };
        while let Ok((stream, peer)) = listener.accept() {
            let permit = self.connection_limit.acquire().now_or_never().flatten();
            if permit.is_some()
                && stream.set_nonblocking(true).is_ok()
                && let Ok(stream) = TcpStream::from_std(stream)
            {
                self.spawn(connections, stopping, permit, stream, peer);
            }
        }
    }

    fn spawn(
        &self,
        connections: &TaskTracker,
        stopping: &CancellationToken,
        permit: Option<OwnedSemaphorePermit>,
        stream: TcpStream,
        peer: SocketAddr,
    ) {
        // Let go at once: an answer would cost more than a connection.
        let Some(network_permit) = self.connection_limit.acquire_for(peer.ip()) else {
            return;
        };
        let framer = Arc::new(RequestFramer::new(Timeouts {
            idle: self.keep_alive,
            head: HEAD_WITHIN,
            idle_at_stop: IDLE_AT_STOP,
        }));
        let since = Instant::now();
        let service = hyper::service::service_fn({
            let (router, framer) = (self.router.clone(), Arc::clone(&framer));
            move |request: Request<Incoming>| {
                // Before hyper reads on.
                let length = request.body().size_hint().exact();
                framer.begin(length);
                let is_last = length.is_none() || since.elapsed() > KEPT_FOR;
                answer(router.clone(), request, peer, Arc::clone(&framer), is_last)
            }
        });
        let headers = Arc::clone(&self.headers);
        let whole = move |rejected: Rejected<'_>| framing::whole_answer(rejected, &headers);
        let stream = FramedStream::new(timed(stream), Arc::clone(&framer), whole);
        // hyper's own time-out for heads begins with the end of the last answer, and would end idle
        // connections that a load balancer is about to use again.
        let connection = http1::Builder::new()
            .header_read_timeout(None)
            .max_buf_size(MAX_HEAD)
            .keep_alive(true)
            .serve_connection(TokioIo::new(stream), service);
        let stopping = stopping.clone();
        connections.spawn(async move {
            let mut connection = pin!(connection);
            // A broken connection is the other side's business, and no news.
            tokio::select! {
                _ = connection.as_mut() => {}
                () = stopping.cancelled() => {
                    // Not hyper's graceful shutdown, which ends an idle connection at once, and one
                    // whose answer has begun without having said so: what is on its way would be
                    // lost (REL-7).
                    framer.stop();
                    let _ = connection.await;
                }
            }
            drop((permit, network_permit));
        });
    }
}

fn timed(stream: TcpStream) -> std::pin::Pin<Box<TimeoutStream<TcpStream>>> {
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(READS_WITHIN));
    Box::pin(stream)
}

/// Every answer after which the connection ends says so: whoever keeps connections, as load balancers
/// do, would send the next request into it, and not repeat it.
async fn answer(
    router: Router,
    mut request: Request<Incoming>,
    peer: SocketAddr,
    framer: Arc<RequestFramer>,
    is_last: bool,
) -> Result<Response<Answered>, Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    let (request, rest) = Received::track(request);
    let answered = Answered::track(framer);
    let mut response = router.oneshot(request).await?;
    if is_last || rest.is_unread() || answered.framer().is_stopping() {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| answered.with(body)))
}
