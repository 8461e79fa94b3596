//! Serves the metrics on a listener of their own, which is not for the public (SEC-65).

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use http::{Method, Request, StatusCode, header};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::task::AbortOnDropHandle;

use crate::metrics;

/// Maximum number of connections at once. A collector needs one.
const MAX_CONNECTIONS: usize = 16;
/// Time limit of a connection, from its first byte to the end of the answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Delay after a connection that could not be accepted.
const ACCEPT_DELAY: Duration = Duration::from_millis(100);

/// The listener. It stops when this value is dropped.
#[derive(Debug)]
pub struct MetricsListener {
    _task: AbortOnDropHandle<()>,
}

impl MetricsListener {
    /// Listens on an address, and serves `GET /metrics` there.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened on.
    pub async fn start(address: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr().unwrap_or(address);
        tracing::info!(%address, "Serving metrics");
        Ok(Self {
            _task: AbortOnDropHandle::new(tokio::spawn(accept(listener))),
        })
    }
}

async fn accept(listener: TcpListener) {
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    while let Ok(permit) = Arc::clone(&permits).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(answer(stream, permit));
            }
            Err(error) => {
                tracing::warn!(%error, "A connection for metrics could not be accepted");
                tokio::time::sleep(ACCEPT_DELAY).await;
            }
        }
    }
}

/// Answers the requests of a connection, each of which closes it.
async fn answer(stream: TcpStream, _permit: OwnedSemaphorePermit) {
    let service = service_fn(|request| async move { Ok::<_, Infallible>(respond(&request)) });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // The client has gone, or is too slow: an error would reach nobody.
    let _ = tokio::time::timeout(TIMEOUT, connection).await;
}

fn respond(request: &Request<Incoming>) -> Response<Body> {
    match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, "/metrics") => match metrics::render() {
            Ok(text) => ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
            Err(error) => {
                tracing::error!(%error, "The metrics cannot be written");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        },
        (_, "/metrics") => (
            StatusCode::METHOD_NOT_ALLOWED,
            [(header::ALLOW, "GET, HEAD")],
        )
            .into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
