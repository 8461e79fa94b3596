//! Bounds on address and body, before anything is read (SEC-68). The head is bounded by the server.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{StatusCode, header};

use super::problem::ApiError;

/// Largest body, in bytes.
pub(super) const MAX_BODY: usize = 64 * 1024;
/// Longest address, in bytes.
const MAX_ADDRESS: usize = 8 * 1024;

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
        return ApiError::TooLarge(StatusCode::PAYLOAD_TOO_LARGE).into_response();
    }
    next.run(request).await
}
