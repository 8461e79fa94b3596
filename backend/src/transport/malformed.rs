//! The response to a request head that hyper rejects.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use shared::problem::MEDIA_TYPE;

use super::framed_stream::Rejected;
use crate::http::{error_page, problem::ApiError};

/// Builds the complete response to a malformed head, which replaces the bare one of hyper. It has
/// the headers of every response, and is a readable page for a browser that navigates.
pub(super) fn response(rejected: Rejected<'_>, headers: &HeaderMap) -> Bytes {
    let status = if rejected.is_timed_out {
        StatusCode::REQUEST_TIMEOUT
    } else {
        let status = rejected.hyper_response.get(b"HTTP/1.1 ".len()..);
        status
            .and_then(|rest| StatusCode::from_bytes(rest.get(..3)?).ok())
            .unwrap_or(StatusCode::BAD_REQUEST)
    };
    let request_id = ulid::Ulid::new().to_string();
    tracing::debug!(request_id, %status, "A head could not be read");
    let error = match status {
        StatusCode::BAD_REQUEST => ApiError::BadRequest("The request cannot be read.".to_owned()),
        StatusCode::REQUEST_TIMEOUT => ApiError::TooSlow,
        status => ApiError::TooLarge(status),
    };
    let problem = error.problem(request_id);
    let (kind, body) = if rejected.asks_for_page {
        (error_page::MEDIA_TYPE, error_page::document(&problem))
    } else {
        let json = serde_json::to_string(&problem).unwrap_or_default();
        (MEDIA_TYPE, json)
    };
    let mut response = format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-type: {kind}\r\n\
         content-length: {}\r\nx-request-id: {}\r\n",
        body.len(),
        problem.request_id
    );
    for (name, value) in headers {
        let value = if rejected.asks_for_page && name == header::CONTENT_SECURITY_POLICY {
            &*error_page::POLICY
        } else {
            value
        };
        // Writing to a string cannot fail.
        let _ = write!(
            response,
            "{name}: {}\r\n",
            value.to_str().unwrap_or_default()
        );
    }
    response.push_str("\r\n");
    response.push_str(&body);
    response.into()
}
