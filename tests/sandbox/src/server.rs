//! Listening, serving, and stopping at once.

use std::convert::Infallible;
use std::io::{self, Write as _};

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use crate::cli::Cli;
use crate::faults::apply::Dropped;
use crate::router::router;
use crate::state::Sandbox;

/// Serves until it is told to stop.
pub(crate) async fn run(cli: Cli) -> io::Result<()> {
    let listener = TcpListener::bind(cli.listen).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let app = router(Sandbox::new(base.clone(), cli.settings(), cli.world()));
    let mut stdout = io::stdout();
    writeln!(stdout, "sandbox listening on {base}")?;
    stdout.flush()?;
    tokio::select! {
        outcome = accept(listener, app) => outcome,
        outcome = told_to_stop() => outcome,
    }
}

async fn accept(listener: TcpListener, app: Router) -> io::Result<()> {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(serve(stream, app.clone()));
            }
            // Out of file descriptors, or the client is gone already: others are still served.
            Err(error) => {
                tracing::warn!("a connection was not accepted: {error}");
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }
    }
}

/// One connection. hyper closes it without an answer when the service fails, which is how
/// connections are dropped on request.
async fn serve(stream: TcpStream, app: Router) {
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
    if let Err(error) = connection.await {
        tracing::debug!("a connection ended: {error}");
    }
}

#[cfg(unix)]
async fn told_to_stop() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        outcome = tokio::signal::ctrl_c() => outcome,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn told_to_stop() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
