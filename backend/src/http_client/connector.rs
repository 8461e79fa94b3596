//! Opens connections to the API: plain, or with TLS and the protocol that is negotiated by ALPN.

use std::{
    io,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{FutureExt as _, TryFutureExt as _, future::BoxFuture};
use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioIo};
use tokio::{net::TcpStream, time::timeout};
use tower::Service;

use super::{cannot_make::CannotMake, transport_error::Cause};

/// Timeout for establishing a connection: name resolution, TCP and TLS.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Interval of the probes on a connection on which nothing arrives.
pub(super) const PROBE_INTERVAL: Duration = Duration::from_secs(15);
/// Time after which a connection ends on which sent data is not acknowledged (RFC 5482).
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(30);

/// Opens connections.
#[derive(Clone, Debug)]
pub(super) enum Connector {
    /// Without TLS. There is nothing to verify, so it runs on a system without certificates too.
    Plain(HttpConnector),
    /// With TLS only, by the certificates of the system.
    Tls(HttpsConnector<HttpConnector>),
}

impl Connector {
    pub(super) fn new(is_https: bool) -> Result<Self, CannotMake> {
        let mut http = HttpConnector::new();
        http.set_nodelay(true);
        // Divided among the addresses of the host, so that a dead one does not use up all of it.
        http.set_connect_timeout(Some(CONNECT_TIMEOUT));
        // A connection that a firewall dropped without a word is noticed, and no read waits on it.
        http.set_keepalive(Some(PROBE_INTERVAL));
        http.set_keepalive_interval(Some(PROBE_INTERVAL));
        http.set_keepalive_retries(Some(3));
        #[cfg(target_os = "linux")]
        http.set_tcp_user_timeout(Some(UNACKNOWLEDGED_TIMEOUT));
        if !is_https {
            return Ok(Self::Plain(http));
        }
        http.enforce_http(false);
        let tls = HttpsConnectorBuilder::new()
            .try_with_platform_verifier()
            .map_err(|error| CannotMake::of(error.into()))?
            .https_only()
            .enable_all_versions()
            .wrap_connector(http);
        Ok(Self::Tls(tls))
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = Cause;
    type Future = BoxFuture<'static, Result<Self::Response, Cause>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        match self {
            Self::Plain(http) => http.poll_ready(context).map_err(Into::into),
            Self::Tls(tls) => tls.poll_ready(context),
        }
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let connecting = match self {
            Self::Plain(http) => http
                .call(to)
                .map_ok(MaybeHttpsStream::Http)
                .map_err(Cause::from)
                .boxed(),
            Self::Tls(tls) => tls.call(to).boxed(),
        };
        async move {
            timeout(CONNECT_TIMEOUT, connecting)
                .await
                .unwrap_or_else(|_| Err(timed_out()))
        }
        .boxed()
    }
}

fn timed_out() -> Cause {
    io::Error::new(
        io::ErrorKind::TimedOut,
        format!("no connection within {} s", CONNECT_TIMEOUT.as_secs()),
    )
    .into()
}
