//! Listening, serving, and stopping at once, but for token requests under way: the same Ctrl-C stops an
//! app that waits for the pair of a refresh.

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

/// How long a stop waits for token requests.
const DRAIN: Duration = Duration::from_secs(10);
/// How long answers that are ready may take to leave.
const FLUSH: Duration = Duration::from_millis(500);

/// Serves until it is told to stop.
pub(crate) async fn run(cli: Cli) -> io::Result<()> {
    let mut stops = Stops::listen()?;
    let listener = TcpListener::bind(cli.listen).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let sandbox = Sandbox::new(base.clone(), cli.settings(), cli.world());
    let app = router(sandbox.clone());
    let mut stdout = io::stdout();
    // Nobody may listen to it; the sandbox serves all the same.
    let _ = writeln!(stdout, "sandbox listening on {base}").and_then(|()| stdout.flush());
    let graceful = GracefulShutdown::new();
    tokio::select! {
        () = accept(&listener, &app, &graceful) => {}
        () = stops.next() => {}
    }
    drop(listener);
    let _ = tokio::time::timeout(DRAIN, token_requests_end(&sandbox)).await;
    let _ = tokio::time::timeout(FLUSH, graceful.shutdown()).await;
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
            // Out of file descriptors, or the client is gone already: others are still served.
            Err(error) => {
                tracing::warn!("a connection was not accepted: {error}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// One connection. hyper closes it without an answer when the service fails, which is how
/// connections are dropped on request.
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
