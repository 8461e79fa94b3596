//! Creates all HTTP clients of the program: without redirects and implicit proxies, with time-outs
//! and bounded answers (SEC-39, SEC-45). Its errors tell whether a request was sent.

mod api_client;
mod body;
mod cannot_make;
mod connector;
mod transport_error;

use std::time::Duration;

use reqwest::{Client, redirect};
use url::Url;

use self::connector::CONNECT_TIMEOUT;
pub use self::{
    api_client::ApiClient,
    body::{READ_AHEAD, READ_TIMEOUT, TimedBody, read_partial},
    cannot_make::CannotMake,
    transport_error::{Cause, TransportError, chain},
};

/// The `User-Agent` of all requests.
pub const USER_AGENT: &str = concat!("snyk-app/", env!("CARGO_PKG_VERSION"));
/// Timeout of a token request. Long, since giving up before the answer arrives loses the new token.
pub const TOKEN_TIMEOUT: Duration = Duration::from_secs(45);
/// Maximum number of idle connections to a token endpoint: as many as there are concurrent token
/// requests after an outage, when reuse saves the TLS handshakes.
const MAX_IDLE_FOR_TOKENS: usize = 16;
/// How long an idle connection to a token endpoint may be reused. Much shorter than servers and
/// firewalls keep theirs (Node.js five seconds, most others a minute), so that a request hardly
/// ever meets a close in flight, after which it would be unknown whether it was received.
const REUSE_FOR_TOKENS: Duration = Duration::from_secs(2);

/// Creates the client for token and revocation requests.
///
/// It reuses connections for a short time only. A connection that is found closed before the
/// request is written is replaced by another; a request that was written is never repeated. It
/// speaks HTTP/1.1 only: a broken connection then affects one token, not all those in flight.
pub fn for_tokens(addresses: &[&Url]) -> Result<Client, CannotMake> {
    let needs_certificates = addresses.iter().any(|url| url.scheme() == "https");
    build(
        builder(needs_certificates)
            .timeout(TOKEN_TIMEOUT)
            .http1_only()
            .pool_max_idle_per_host(MAX_IDLE_FOR_TOKENS)
            .pool_idle_timeout(REUSE_FOR_TOKENS)
            .retry(reqwest::retry::never()),
    )
}

/// Timeout of a request to a collector of traces.
const COLLECTOR_TIMEOUT: Duration = Duration::from_secs(10);

/// Creates the client for a collector of traces.
pub fn for_collector(address: &Url) -> Result<Client, CannotMake> {
    build(builder(address.scheme() == "https").timeout(COLLECTOR_TIMEOUT))
}

/// Creates the client for the few API requests of a command, which are never repeated.
pub fn for_commands(address: &Url) -> Result<Client, CannotMake> {
    build(
        builder(address.scheme() == "https")
            .timeout(READ_TIMEOUT)
            .retry(reqwest::retry::never()),
    )
}

fn build(builder: reqwest::ClientBuilder) -> Result<Client, CannotMake> {
    builder
        .build()
        .map_err(|error| CannotMake::of(error.into()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that makes a client"
)]
fn builder(needs_certificates: bool) -> reqwest::ClientBuilder {
    let builder = Client::builder();
    let builder = if needs_certificates {
        builder
    } else {
        // There is nothing to verify: it runs on a system without certificates too. If it is used
        // for https all the same, it trusts no certificate.
        builder.tls_certs_only([])
    };
    builder
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .user_agent(USER_AGENT)
}
