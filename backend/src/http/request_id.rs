//! The request's id: made here, carried with the request's task, answered in a header and in every
//! problem, and part of every log line of the request.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderName, HeaderValue};
use tracing::Instrument as _;

/// The header that tells a caller the id.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request that this task serves; empty outside of one.
pub(super) fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Gives each request an id of ours: one from outside could forge log lines.
pub(super) async fn layer(request: Request, next: Next) -> Response {
    let id = ulid::Ulid::new().to_string();
    // The path without its query: a query may hold what no log should.
    let span = tracing::info_span!(
        "request",
        request_id = id,
        method = %request.method(),
        path = %request.uri().path().escape_default()
    );
    let header = HeaderValue::try_from(&id);
    let mut response = CURRENT.scope(id, next.run(request)).instrument(span).await;
    if let Ok(header) = header {
        response.headers_mut().insert(HEADER, header);
    }
    response
}
