//! JSON:API documents: answers and errors.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::admit::Caller;
use crate::random;

/// The media type of all documents.
pub(crate) const MEDIA_TYPE: &str = "application/vnd.api+json";

/// A document with these members (`data`, `links`, `meta`).
pub(crate) fn answer(caller: &Caller, mut body: Value) -> Response {
    body["jsonapi"] = json!({"version": "1.0"});
    (
        [
            (CONTENT_TYPE.as_str(), MEDIA_TYPE),
            ("snyk-version-requested", &caller.version_requested),
            ("snyk-version-served", caller.version_served),
            ("snyk-version-lifecycle-stage", "ga"),
        ],
        body.to_string(),
    )
        .into_response()
}

/// Why there is no such document.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    detail: String,
    parameter: Option<String>,
}

impl Problem {
    /// A problem of that status.
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            parameter: None,
        }
    }

    /// There is no such thing, or none that this caller may see.
    pub(crate) fn not_there(what: &str) -> Self {
        let detail = format!("The {what} is not there or not visible");
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// A parameter that is not as it should be.
    pub(crate) fn parameter(name: &str, what: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            detail: format!("Query parameter '{name}' {what}"),
            parameter: Some(name.to_owned()),
        }
    }

    /// A parameter that the operation does not have.
    pub(crate) fn unknown_parameter(name: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            detail: format!("Unknown query parameter '{name}'"),
            parameter: Some(name.to_owned()),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let source = self.parameter.map(|name| json!({"parameter": name}));
        let mut body = error(self.status, Some(&self.detail));
        if let Some(source) = source {
            body["errors"][0]["source"] = source;
        }
        (self.status, [(CONTENT_TYPE, MEDIA_TYPE)], body.to_string()).into_response()
    }
}

/// The error document of a status, with the code of Snyk's error catalogue.
pub(crate) fn error(status: StatusCode, detail: Option<&str>) -> Value {
    let title = status.canonical_reason().unwrap_or("Error");
    let mut error = json!({
        "id": random::uuid(),
        "status": status.as_u16().to_string(),
        "title": title,
        "detail": detail.unwrap_or(title),
        "meta": {"isErrorCatalogError": true, "classification": "ACTIONABLE", "level": "error"},
    });
    if let Some(code) = catalogue_code(status) {
        error["code"] = json!(code);
        let anchor = code.to_lowercase();
        error["links"] = json!({
            "about": format!("https://docs.snyk.io/scan-with-snyk/error-catalog#{anchor}"),
        });
    }
    json!({"jsonapi": {"version": "1.0"}, "errors": [error]})
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
