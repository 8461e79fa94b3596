//! Request ids. This module creates the id of each request. The id is available to the task that
//! serves the request, and is part of every log line of that request, of a response header and of
//! every problem.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderName, HeaderValue};
use tracing::Instrument as _;

/// The response header that carries the id.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// Returns the id of the request that this task serves, or an empty string outside a request.
pub(crate) fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Assigns each request a new id. Ids sent by clients are ignored, since they could forge log
/// lines.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let id = ulid::Ulid::new().to_string();
    // The path without its query: a query may hold data that must not be logged.
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
