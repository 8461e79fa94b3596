//! Creates all HTTP clients of the server: without redirects and implicit proxies, with time-outs
//! and bounded answers (SEC-39, SEC-45).

use std::{error::Error, time::Duration};

use futures_util::TryStreamExt as _;
use reqwest::{Client, Response, redirect};
use zeroize::Zeroizing;

use super::{ApiBody, ProviderError, answer};
use crate::config::provider::Provider;

/// Timeout of a token request. Long, since giving up before the answer arrives loses the new token.
pub(super) const TOKEN_TIMEOUT: Duration = Duration::from_secs(45);
/// Timeout of an API request, which may be given up.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Timeout for establishing a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Initial capacity for a token answer, in bytes, so that it is read without reallocations that
/// leave copies in memory.
const INITIAL_CAPACITY: usize = 16 * 1024;

/// Creates the client for token and revocation requests. It keeps no idle connections: after a
/// reset of a reused one, it would be unknown whether the request was sent.
pub(super) fn for_tokens(provider: &Provider) -> Result<Client, CannotMake> {
    build(
        builder(provider)
            .timeout(TOKEN_TIMEOUT)
            .pool_max_idle_per_host(0),
    )
}

/// Creates the client for API requests.
pub(super) fn for_api(provider: &Provider) -> Result<Client, CannotMake> {
    build(builder(provider).timeout(READ_TIMEOUT).gzip(true))
}

/// The client cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum CannotMake {
    /// The system has no root certificates.
    #[error(
        "Snyk is reached by https, and no certificate of an authority was found to check it with \
         ({}): install the package ca-certificates (apt-get install ca-certificates on Debian, \
         apk add ca-certificates on Alpine), or name a file of certificates in PEM form by \
         SSL_CERT_FILE in the environment",
        chain(.0)
    )]
    NoCertificates(#[source] reqwest::Error),
    /// Another failure, such as of TLS.
    #[error("no HTTP client can be made: {}", chain(.0))]
    Other(#[source] reqwest::Error),
}

fn build(builder: reqwest::ClientBuilder) -> Result<Client, CannotMake> {
    builder.build().map_err(|error| {
        if chain(&error).contains("certificates") {
            CannotMake::NoCertificates(error)
        } else {
            CannotMake::Other(error)
        }
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that makes a client"
)]
fn builder(provider: &Provider) -> reqwest::ClientBuilder {
    let builder = Client::builder();
    let builder = if provider.needs_certificates() {
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
        .user_agent(concat!("snyk-app/", env!("CARGO_PKG_VERSION")))
}

/// Classifies a request's failure by whether the request may have been sent.
pub(super) fn request_error(error: reqwest::Error) -> ProviderError {
    // The URL may contain ids; the log needs only the cause.
    let error = error.without_url();
    let cause = chain(&error);
    if cause.contains(UNTRUSTED) {
        tracing::error!(
            cause,
            "Snyk's certificate is not trusted: if a gateway opens TLS on the way, add its root \
             certificate to this system's, or name it by SSL_CERT_FILE; the clock may be wrong too"
        );
    }
    if error.is_connect() || error.is_builder() {
        ProviderError::NotSent(error)
    } else {
        ProviderError::AnswerLost(Some(error))
    }
}

/// The prefix of rustls's message about a certificate that it rejects.
const UNTRUSTED: &str = "invalid peer certificate";

/// Formats an error with its causes.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Returns the body as a stream of at most `max` bytes, counted after decompression (SEC-59).
/// Returns an error at once if its declared length exceeds that.
pub(super) fn bounded(response: Response, max: usize) -> Result<ApiBody, ProviderError> {
    if response
        .content_length()
        .is_some_and(|length| length > max as u64)
    {
        return Err(answer::too_large(max));
    }
    Ok(answer::bounded(
        response.bytes_stream().map_err(request_error),
        max,
    ))
}

/// Reads a body as far as it arrives, up to `max` bytes. Returns it with the error that interrupted
/// it, if any. It may hold tokens, so it is wiped on drop.
pub(super) async fn read_partial(
    mut response: Response,
    max: usize,
) -> (Zeroizing<Vec<u8>>, Option<ProviderError>) {
    let mut body = Zeroizing::new(Vec::with_capacity(INITIAL_CAPACITY));
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let left = max.saturating_sub(body.len());
                body.extend_from_slice(&chunk[..chunk.len().min(left)]);
                if chunk.len() > left {
                    return (body, Some(answer::too_large(max)));
                }
            }
            Ok(None) => return (body, None),
            Err(error) => return (body, Some(request_error(error))),
        }
    }
}
