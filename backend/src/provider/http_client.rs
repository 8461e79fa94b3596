//! The one place that makes HTTP clients: no redirects, no proxy by accident, time-outs, bounded
//! answers (SEC-39, SEC-45).

use std::time::Duration;

use futures_util::TryStreamExt as _;
use reqwest::{Client, Response, redirect};
use zeroize::Zeroizing;

use super::{ApiBody, ProviderError, answer};

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
pub(super) fn for_tokens() -> Result<Client, reqwest::Error> {
    base()
        .timeout(TOKEN_WITHIN)
        .pool_max_idle_per_host(0)
        .build()
}

/// The client for API calls.
pub(super) fn for_api() -> Result<Client, reqwest::Error> {
    base().timeout(READ_WITHIN).gzip(true).build()
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that makes a client"
)]
fn base() -> reqwest::ClientBuilder {
    Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_WITHIN)
        .user_agent(concat!("snyk-app/", env!("CARGO_PKG_VERSION")))
}

/// Sorts a fault of a request by whether it may have left.
pub(super) fn fault(error: reqwest::Error) -> ProviderError {
    // The address may hold ids; the log needs the cause, not the address.
    let error = error.without_url();
    if error.is_connect() || error.is_builder() {
        ProviderError::NotSent(error)
    } else {
        ProviderError::AnswerLost(Some(error))
    }
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
