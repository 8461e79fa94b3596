//! `GET /api/connections/{id}/snyk/{rest…}`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use domain::allow_list::{Refusal, allowed};
use http::{HeaderValue, Method, StatusCode, header};
use hyper::body::Body as _;
use jiff::Timestamp;

use super::{
    body::PassedBody,
    gzip::{self, GzipBody},
    headers,
};
use crate::{
    http::{RateLimits, problem::ApiError},
    provider::{ApiAnswer, Encoding, answer},
    retry_after::{is_later, retry_after, retry_delay},
    snyk_client::SnykClient,
};

/// The part of the path before the connection's id.
const PREFIX: &str = "/api/connections/";

/// Passes Snyk's answer on, including its status. If the browser disconnects, the read at Snyk ends
/// as well, since both are one future; a refresh has a task of its own.
pub async fn get(
    State(limits): State<Arc<RateLimits>>,
    snyk: SnykClient,
    request: Request,
) -> Result<Response, ApiError> {
    let uri = request.uri();
    // Matched on the raw path: axum's own parameter is decoded.
    let path = uri
        .path()
        .strip_prefix(PREFIX)
        .and_then(|path| path.split_once('/'))
        .and_then(|(_, path)| path.strip_prefix("snyk/"))
        .unwrap_or_default();
    if request.method() != Method::GET {
        return Err(ApiError::MethodNotAllowed);
    }
    let upstream = allowed(path, uri.query()).map_err(|refusal| match refusal {
        Refusal::Path => ApiError::NotFound,
        Refusal::Query => ApiError::BadRequest("This read has no such query parameter.".to_owned()),
    })?;
    limits.proxy(snyk.session())?;
    let accepted = Encoding::accepted_by(request.headers());
    let answer = snyk.send_at_once(&upstream, accepted).await?;
    let now = snyk.now();
    check_answer(&answer, now)?;
    let is_compressed = answer.body.encoding() == Encoding::Gzip;
    let (chunks, rest) = answer.body.read_ahead().await?;
    let body = PassedBody::new(chunks, rest);
    let mut headers = headers::passed(&answer.headers, now);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let is_large = body.size_hint().lower() >= gzip::MIN_SIZE;
    let body = if accepted == Encoding::Gzip && !is_compressed && is_large {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        Body::new(GzipBody::new(body))
    } else {
        Body::new(body)
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// Rejects redirects and everything that is not JSON: it is not meant for a page. Of an error that
/// is not Snyk's own document, only status and `Retry-After` are used: Snyk's edge answers in HTML,
/// text or with nothing.
fn check_answer(answer: &ApiAnswer, now: Timestamp) -> Result<(), ApiError> {
    let status = answer.status;
    let is_empty = status == StatusCode::NO_CONTENT
        || answer
            .headers
            .get(header::CONTENT_LENGTH)
            .is_some_and(|length| length == "0");
    let is_json = headers::is_json(&answer.headers);
    let snyk_request_id = answer::request_id(&answer.headers).map(ToOwned::to_owned);
    if (!is_json || is_empty) && (is_later(status) || status == StatusCode::FORBIDDEN) {
        return Err(ApiError::Edge {
            status,
            after: retry_after(&answer.headers, now).or_else(|| retry_delay(&answer.headers, now)),
            snyk_request_id,
        });
    }
    let why = if status.is_informational() {
        // After a 101, intermediaries on the way to the browser treat the connection as a tunnel.
        "it is no final answer"
    } else if status.is_redirection() {
        "it is a redirect"
    } else if !(is_json || is_empty && status.is_success()) {
        "it is not JSON"
    } else {
        return Ok(());
    };
    Err(ApiError::UnusableAnswer {
        why: format!("status {status}, {why}"),
        snyk_request_id,
    })
}
