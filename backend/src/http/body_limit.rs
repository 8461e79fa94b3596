//! Bounds on address and body, before anything is read (SEC-68). The head is bounded by the server.

use std::time::Duration;

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use http::{StatusCode, header};
use http_body_util::BodyExt as _;

use super::problem::ApiError;

/// Largest body, in bytes.
pub(super) const MAX_BODY: usize = 64 * 1024;
/// Longest address, in bytes.
const MAX_ADDRESS: usize = 8 * 1024;
/// Most bytes of a refused body that are read and forgotten.
const DISCARD_AT_MOST: usize = 1024 * 1024;
/// Longest time for that.
const DISCARD_WITHIN: Duration = Duration::from_secs(2);

/// Refuses what is announced as too large.
pub(super) async fn layer(request: Request, next: Next) -> Response {
    let address = request
        .uri()
        .path_and_query()
        .map_or(0, |address| address.as_str().len());
    if address > MAX_ADDRESS {
        return ApiError::TooLarge(StatusCode::URI_TOO_LONG).into_response();
    }
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok())
        .unwrap_or(0);
    if announced > MAX_BODY as u64 {
        tokio::spawn(discard(request));
        return ApiError::TooLarge(StatusCode::PAYLOAD_TOO_LARGE).into_response();
    }
    next.run(request).await
}

/// Reads on after the answer, for a bounded time and amount: a connection that is closed on unread
/// bytes is reset, and a caller who is still sending would never see the answer.
async fn discard(request: Request) {
    let mut body = request.into_body();
    let mut room = DISCARD_AT_MOST;
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            let read = frame.data_ref().map_or(0, Bytes::len);
            match room.checked_sub(read) {
                Some(left) => room = left,
                None => return,
            }
        }
    };
    let _ = tokio::time::timeout(DISCARD_WITHIN, reading).await;
}
