//! The server: hyper's HTTP/1 connections with explicit time-outs. `axum::serve` installs no timer, so
//! hyper's own time-outs would do nothing there, and a client that stays silent, sends by the drop or
//! does not read would hold its connection for ever (SEC-67).

use std::{future::Future, net::SocketAddr, pin::pin, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
};
use http::{HeaderValue, header};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::Instant,
};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use super::places::Places;

/// A head must be there in this time, from the connection's first moment on.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Who does not read a byte of an answer for so long is gone.
const READS_WITHIN: Duration = Duration::from_secs(30);
/// Largest head, in bytes.
const MAX_HEAD: usize = 16 * 1024;
/// A connection is kept for so long; the answer to the next request ends it.
const KEPT_FOR: Duration = Duration::from_mins(5);
/// How long a stop waits for requests under way.
const DRAIN: Duration = Duration::from_secs(25);

/// Serves until `stop` is done, then lets requests under way finish.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    places: Places,
    stop: impl Future<Output = ()>,
) {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(MAX_HEAD)
        .keep_alive(true);
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let place = places.any().await;
            (place, listener.accept().await)
        };
        let (place, (stream, peer)) = tokio::select! {
            (place, accepted) = next => match accepted {
                Ok(accepted) => (place, accepted),
                Err(error) => {
                    // Out of file descriptors, most likely: give others time to end.
                    tracing::warn!(%error, "A connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Let go at once: an answer would cost more than a connection.
        let Some(network_place) = places.of(peer.ip()) else {
            continue;
        };
        let since = Instant::now();
        let service = hyper::service::service_fn({
            let router = router.clone();
            move |request: Request<Incoming>| answer(router.clone(), request, peer, since)
        });
        let connection = builder.serve_connection(timed(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A broken connection is the other side's business, and no news.
            let _ = connection.await;
            drop((place, network_place));
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("Requests were still under way after {DRAIN:?}");
    }
}

fn timed(stream: TcpStream) -> TokioIo<std::pin::Pin<Box<TimeoutStream<TcpStream>>>> {
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(READS_WITHIN));
    TokioIo::new(Box::pin(stream))
}

async fn answer(
    router: Router,
    mut request: Request<Incoming>,
    peer: SocketAddr,
    since: Instant,
) -> Result<axum::response::Response, std::convert::Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    let mut response = router.oneshot(request.map(axum::body::Body::new)).await?;
    if since.elapsed() > KEPT_FOR {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}
