//! JSON:API documents: responses and errors.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, StatusCode, Uri};
use serde_json::{Value, json};

use super::caller::Caller;
use crate::random;

/// The media type of all documents.
pub(crate) const MEDIA_TYPE: &str = "application/vnd.api+json";

const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Returns a document with these members (`data`, `links`, `meta`).
pub(crate) fn answer(caller: &Caller, mut body: Value) -> Response {
    body["jsonapi"] = json!({"version": "1.0"});
    let media_type = [(CONTENT_TYPE, MEDIA_TYPE)];
    (version_headers(caller), media_type, body.to_string()).into_response()
}

/// Returns an answer without a document.
pub(crate) fn no_content(caller: &Caller) -> Response {
    (StatusCode::NO_CONTENT, version_headers(caller)).into_response()
}

fn version_headers(caller: &Caller) -> [(&'static str, &str); 3] {
    [
        ("snyk-version-requested", &caller.version_requested),
        ("snyk-version-served", caller.version_served),
        ("snyk-version-lifecycle-stage", "ga"),
    ]
}

/// Returns a document of one resource, with a link to itself.
pub(crate) fn one(caller: &Caller, uri: &Uri, data: &Value) -> Response {
    answer(
        caller,
        json!({"data": data, "links": {"self": caller.own_link(uri)}}),
    )
}

/// An error response.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    detail: String,
    parameter: Option<String>,
    /// A JSON pointer into the request's body.
    pointer: Option<String>,
    /// The delay in seconds.
    retry_after: Option<u64>,
    has_links: bool,
}

impl Problem {
    /// Creates a problem with that status.
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            parameter: None,
            pointer: None,
            retry_after: None,
            has_links: true,
        }
    }

    /// The resource does not exist, or the caller may not see it.
    pub(crate) fn not_there(what: &str) -> Self {
        let detail = format!("The {what} is not there or not visible");
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// A parameter has an invalid value.
    pub(crate) fn parameter(name: &str, what: &str) -> Self {
        let detail = format!("Query parameter '{name}' {what}");
        Self {
            parameter: Some(name.to_owned()),
            ..Self::new(StatusCode::BAD_REQUEST, detail)
        }
    }

    /// The member of the body at that JSON pointer is invalid.
    pub(crate) fn member(pointer: &str, what: &str) -> Self {
        Self {
            pointer: Some(pointer.to_owned()),
            ..Self::new(StatusCode::BAD_REQUEST, format!("'{pointer}' {what}"))
        }
    }

    /// The operation does not have the parameter.
    pub(crate) fn unknown_parameter(name: &str) -> Self {
        Self {
            parameter: Some(name.to_owned()),
            ..Self::new(
                StatusCode::BAD_REQUEST,
                format!("Unknown query parameter '{name}'"),
            )
        }
    }

    /// The rate limit is exceeded; the next request is permitted after `seconds`.
    pub(crate) fn too_many_requests(seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
        }
    }

    /// Omits `links`, as the issues service does: its error schema has none.
    pub(crate) fn without_links(self) -> Self {
        Self {
            has_links: false,
            ..self
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = error(self.status, Some(&self.detail), None);
        if let Some(name) = self.parameter {
            body["errors"][0]["source"] = json!({"parameter": name});
        }
        if let Some(pointer) = self.pointer {
            body["errors"][0]["source"] = json!({"pointer": pointer});
        }
        if !self.has_links {
            drop_links(&mut body);
        }
        let media_type = [(CONTENT_TYPE, MEDIA_TYPE)];
        let mut response = (self.status, media_type, body.to_string()).into_response();
        if let Some(seconds) = self.retry_after {
            for name in [RETRY_AFTER, RATE_LIMIT_RESET] {
                response.headers_mut().insert(name, seconds.into());
            }
        }
        response
    }
}

/// Returns the error document of a status, with the code of Snyk's error catalogue or another one.
fn error(status: StatusCode, detail: Option<&str>, code: Option<&str>) -> Value {
    let title = status.canonical_reason().unwrap_or("Error");
    let mut error = json!({
        "id": random::uuid(),
        "status": status.as_u16().to_string(),
        "title": title,
        "detail": detail.unwrap_or(title),
        "meta": {"isErrorCatalogError": true, "classification": "ACTIONABLE", "level": "error"},
    });
    if let Some(code) = code.or_else(|| catalogue_code(status)) {
        error["code"] = json!(code);
        let anchor = code.to_lowercase();
        error["links"] = json!({
            "about": format!("https://docs.snyk.io/scan-with-snyk/error-catalog#{anchor}"),
        });
    }
    json!({"jsonapi": {"version": "1.0"}, "errors": [error]})
}

/// Returns the error document of a status, in the format of the service behind that path.
pub(crate) fn error_at(path: &str, status: StatusCode, code: Option<&str>) -> Value {
    let mut body = error(status, None, code);
    if path.split('/').any(|segment| segment == "issues") {
        drop_links(&mut body);
    }
    body
}

fn drop_links(body: &mut Value) {
    if let Some(error) = body["errors"][0].as_object_mut() {
        error.remove("links");
    }
}

fn catalogue_code(status: StatusCode) -> Option<&'static str> {
    Some(match status.as_u16() {
        400 => "SNYK-OPENAPI-0001",
        401 => "SNYK-0005",
        403 => "SNYK-OPENAPI-0002",
        404 => "SNYK-OPENAPI-0004",
        405 => "SNYK-OPENAPI-0005",
        406 => "SNYK-OPENAPI-0003",
        409 => "SNYK-OPENAPI-0009",
        413 => "SNYK-OPENAPI-0006",
        415 => "SNYK-OPENAPI-0008",
        429 => "SNYK-0001",
        500 => "SNYK-9999",
        501 => "SNYK-0002",
        502 => "SNYK-0008",
        503 => "SNYK-0009",
        504 => "SNYK-0004",
        _ => return None,
    })
}
