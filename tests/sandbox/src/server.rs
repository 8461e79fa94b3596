//! The listener and the shutdown. The shutdown is immediate except for token requests in flight,
//! because the same Ctrl-C stops an app that waits for the response to a refresh.

use std::convert::Infallible;
use std::io::{self, Write as _};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use crate::cli::Cli;
use crate::faults::apply::Dropped;
use crate::router::router;
use crate::signals::Stops;
use crate::state::Sandbox;

/// Maximum time to wait for token requests during a shutdown.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum time to send completed responses.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(500);

/// Serves until a shutdown is requested.
pub(crate) async fn run(cli: Cli) -> io::Result<()> {
    let mut stops = Stops::listen()?;
    let listener = TcpListener::bind(cli.listen).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let sandbox = Sandbox::new(base.clone(), cli.settings(), cli.world());
    let app = router(sandbox.clone());
    let mut stdout = io::stdout();
    // Standard output may be closed; the sandbox serves anyway.
    let _ = writeln!(stdout, "sandbox listening on {base}").and_then(|()| stdout.flush());
    let graceful = GracefulShutdown::new();
    tokio::select! {
        () = accept(&listener, &app, &graceful) => {}
        () = stops.next() => {}
    }
    drop(listener);
    let _ = tokio::time::timeout(DRAIN_TIMEOUT, token_requests_end(&sandbox)).await;
    let _ = tokio::time::timeout(FLUSH_TIMEOUT, graceful.shutdown()).await;
    Ok(())
}

async fn token_requests_end(sandbox: &Sandbox) {
    while sandbox.stats().token_under_way > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn accept(listener: &TcpListener, app: &Router, graceful: &GracefulShutdown) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(serve(stream, app.clone(), graceful.watcher()));
            }
            // Out of file descriptors, or the client has gone already: the server continues.
            Err(error) => {
                tracing::warn!("a connection was not accepted: {error}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// Serves one connection. hyper closes the connection without a response if the service fails; this
/// implements the fault that drops connections.
async fn serve(stream: TcpStream, app: Router, watcher: Watcher) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let app = app.clone();
        async move {
            let response = app
                .oneshot(request)
                .await
                .unwrap_or_else(|error: Infallible| match error {});
            if response.extensions().get::<Dropped>().is_some() {
                return Err(io::Error::other("dropped on request"));
            }
            Ok(response)
        }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!("a connection ended: {error}");
    }
}
