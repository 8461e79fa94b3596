//! Requests that this server has no use for and that something in front of it may read otherwise: a
//! tunnel, another protocol, an echo, a body framed in another way. Refused before anything else, and
//! the connection ends (SEC-66). What hyper itself would tidy up is refused in [`super::head`].

use std::fmt::Write as _;

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use shared::problem::{Code, MEDIA_TYPE, Problem};

use super::problem::ApiError;

/// Refuses them.
pub(super) async fn layer(request: Request, next: Next) -> Response {
    let Some(why) = refusal(&request) else {
        return next.run(request).await;
    };
    let mut response = ApiError::BadRequest(why.to_owned()).into_response();
    response
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn refusal(request: &Request) -> Option<&'static str> {
    let headers = request.headers();
    let mut encodings = headers.get_all(header::TRANSFER_ENCODING).into_iter();
    let encoding = encodings.next().map(HeaderValue::as_bytes);
    if matches!(*request.method(), Method::CONNECT | Method::TRACE) {
        Some("This server is no proxy and no echo.")
    } else if headers.contains_key(header::UPGRADE) {
        Some("This server speaks HTTP/1.1 only.")
    } else if encodings.next().is_some()
        || encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case(b"chunked"))
    {
        Some("A body comes in one encoding, chunked, or with its length.")
    } else {
        None
    }
}

/// The answer to a head that cannot be read, with the headers of every answer, in the place of hyper's
/// bare one.
pub(super) fn whole_answer(bare: &[u8], headers: &HeaderMap) -> Bytes {
    let status = bare
        .get(b"HTTP/1.1 ".len()..)
        .and_then(|rest| StatusCode::from_bytes(rest.get(..3)?).ok())
        .unwrap_or(StatusCode::BAD_REQUEST);
    let (code, detail) = if status == StatusCode::BAD_REQUEST {
        (Code::BadRequest, "The request cannot be read.")
    } else {
        (Code::PayloadTooLarge, "Send less.")
    };
    let request_id = ulid::Ulid::new().to_string();
    tracing::debug!(request_id, %status, "A head could not be read");
    let problem = Problem {
        kind: "about:blank".to_owned(),
        title: code.title().to_owned(),
        status: status.as_u16(),
        detail: detail.to_owned(),
        code,
        request_id: request_id.clone(),
        snyk_request_id: None,
    };
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let mut answer = format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-type: {MEDIA_TYPE}\r\n\
         content-length: {}\r\nx-request-id: {request_id}\r\n",
        body.len()
    );
    for (name, value) in headers {
        // Writing to a string cannot fail.
        let _ = write!(answer, "{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    answer.push_str("\r\n");
    answer.push_str(&body);
    answer.into()
}
