//! The one place that makes HTTP clients: no redirects, no proxy by accident, time-outs, bounded
//! answers (SEC-39, SEC-45).

use std::{error::Error, time::Duration};

use futures_util::TryStreamExt as _;
use reqwest::{Client, Response, redirect};
use zeroize::Zeroizing;

use super::{ApiBody, ProviderError, answer, region::Provider};

/// A token call must not be given up early: an answer that comes after that is a lost token.
pub(super) const TOKEN_WITHIN: Duration = Duration::from_secs(45);
/// A read may be given up.
const READ_WITHIN: Duration = Duration::from_secs(30);
/// A connection must be there in this time.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// What a token answer fits into, so that it is read without leaving copies behind.
const USUAL_ANSWER: usize = 16 * 1024;

/// The client for token and revocation requests. It keeps no idle connections: on a kept one, a
/// reset would leave open whether the request had left.
pub(super) fn for_tokens(provider: &Provider) -> Result<Client, CannotMake> {
    made(
        base(provider)
            .timeout(TOKEN_WITHIN)
            .pool_max_idle_per_host(0),
    )
}

/// The client for API calls.
pub(super) fn for_api(provider: &Provider) -> Result<Client, CannotMake> {
    made(base(provider).timeout(READ_WITHIN).gzip(true))
}

/// No client can be made.
#[derive(Debug, thiserror::Error)]
pub enum CannotMake {
    /// The system has no certificates of authorities.
    #[error(
        "Snyk is reached by https, and no certificate of an authority was found to check it with \
         ({}): install the package ca-certificates (apt-get install ca-certificates on Debian, \
         apk add ca-certificates on Alpine), or name a file of certificates in PEM form by \
         SSL_CERT_FILE in the environment",
        chain(.0)
    )]
    NoCertificates(#[source] reqwest::Error),
    /// Another fault of TLS or the like.
    #[error("no HTTP client can be made: {}", chain(.0))]
    Other(#[source] reqwest::Error),
}

fn made(builder: reqwest::ClientBuilder) -> Result<Client, CannotMake> {
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
fn base(provider: &Provider) -> reqwest::ClientBuilder {
    let builder = Client::builder();
    let builder = if provider.needs_certificates() {
        builder
    } else {
        // Nothing to check: it runs on a computer without certificates too. Should it be asked for
        // https all the same, it trusts nobody.
        builder.tls_certs_only([])
    };
    builder
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_WITHIN)
        .user_agent(concat!("snyk-app/", env!("CARGO_PKG_VERSION")))
}

/// Sorts a fault of a request by whether it may have left.
pub(super) fn fault(error: reqwest::Error) -> ProviderError {
    // The address may hold ids; the log needs the cause, not the address.
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

/// How rustls begins what it says of a certificate that it refuses.
const UNTRUSTED: &str = "invalid peer certificate";

/// An error with its causes.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// The body as it comes, of at most `max` bytes, counted after decompression (SEC-59). One that says
/// at once that it is larger is not begun.
pub(super) fn bounded(response: Response, max: usize) -> Result<ApiBody, ProviderError> {
    if response
        .content_length()
        .is_some_and(|length| length > max as u64)
    {
        return Err(answer::too_large(max));
    }
    Ok(answer::bounded(response.bytes_stream().map_err(fault), max))
}

/// Reads a body as far as it comes, and no further than `max` bytes; what stopped it before its end.
/// It may hold tokens, so it is wiped.
pub(super) async fn read_what_comes(
    mut response: Response,
    max: usize,
) -> (Zeroizing<Vec<u8>>, Option<ProviderError>) {
    let mut body = Zeroizing::new(Vec::with_capacity(USUAL_ANSWER));
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
            Err(error) => return (body, Some(fault(error))),
        }
    }
}
