//! Limits on the request target and the body, checked before anything is read (SEC-68). The server
//! limits the head.

use std::time::Duration;

use axum::extract::Request;
use bytes::Bytes;
use http::{StatusCode, header};
use http_body_util::BodyExt as _;

use super::problem::ApiError;

/// Maximum size of a body, in bytes.
pub(crate) const MAX_BODY: usize = 64 * 1024;
/// Maximum length of a request target, in bytes.
const MAX_TARGET: usize = 8 * 1024;
/// Maximum number of bytes of a rejected body to read and discard.
const MAX_DISCARD_BYTES: usize = 1024 * 1024;
/// Maximum time spent discarding.
const DISCARD_TIMEOUT: Duration = Duration::from_secs(2);

/// Returns a request, or the error if its target or declared body length is too large.
pub(crate) fn admit(request: Request) -> Result<Request, ApiError> {
    let target = request
        .uri()
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    if target > MAX_TARGET {
        return Err(ApiError::TooLarge(StatusCode::URI_TOO_LONG));
    }
    let declared_length = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok())
        .unwrap_or(0);
    if declared_length > MAX_BODY as u64 {
        tokio::spawn(discard(request));
        return Err(ApiError::TooLarge(StatusCode::PAYLOAD_TOO_LARGE));
    }
    Ok(request)
}

/// Keeps reading after the response, for a bounded time and amount. Closing a connection with
/// unread bytes resets it, and a client that is still sending would never see the response.
async fn discard(request: Request) {
    let mut body = request.into_body();
    let mut remaining = MAX_DISCARD_BYTES;
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            let read = frame.data_ref().map_or(0, Bytes::len);
            match remaining.checked_sub(read) {
                Some(left) => remaining = left,
                None => return,
            }
        }
    };
    let _ = tokio::time::timeout(DISCARD_TIMEOUT, reading).await;
}
