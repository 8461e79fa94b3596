//! Applies faults to responses.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::{Endpoint, Fault, bodies};
use crate::random;
use crate::rest::document;
use crate::v1;

/// Marks a response that is not sent: the connection is closed instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dropped;

/// Returns a placeholder response for a request that is not processed.
pub(crate) fn dropped() -> Response {
    let mut response = StatusCode::OK.into_response();
    response.extensions_mut().insert(Dropped);
    response
}

/// Applies one fault to a response. The caller applies delays and drops before processing.
pub(crate) async fn apply(
    fault: &Fault,
    endpoint: Endpoint,
    path: &str,
    response: Response,
) -> Response {
    match fault {
        Fault::Delay { .. } => response,
        Fault::Drop { .. } => dropped(),
        Fault::Status {
            status,
            code,
            body,
            content_type,
            headers,
            ..
        } => {
            let status = self::code(*status);
            let (usual_type, text) = match body {
                Some(Value::String(text)) => ("text/plain; charset=utf-8", text.clone()),
                Some(json) => ("application/json", json.to_string()),
                None => usual_body(endpoint, path, status, code.as_deref()),
            };
            let content_type = content_type.as_deref().unwrap_or(usual_type);
            other_status(status, content_type, text, headers)
        }
        Fault::Redirect {
            status, location, ..
        } => (
            code(*status),
            [(LOCATION, header(location))],
            Body::empty(),
        )
            .into_response(),
        Fault::Html { status, .. } => (
            code(*status),
            [(CONTENT_TYPE, "text/html")],
            "<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>\n",
        )
            .into_response(),
        Fault::Malformed => rewrite(response, |bytes| bytes[..bytes.len() / 2].to_vec()).await,
        Fault::Truncated => truncated(response).await,
        Fault::Stall { ms } => {
            let delay = Duration::from_millis(*ms);
            streamed(response, |bytes| bodies::stalled(bytes, delay)).await
        }
        Fault::Large { bytes } => streamed(response, |body| bodies::padded(&body, *bytes)).await,
        Fault::CursorLoop => rewrite(response, leading_to_itself).await,
        Fault::Endless { .. } => json_stream(bodies::endless()),
        Fault::Slow { bytes_per_second } => {
            streamed(response, |bytes| bodies::slow(bytes, *bytes_per_second)).await
        }
        Fault::GzipBomb { .. } => {
            let mut response = json_stream(bodies::gzip_bomb());
            response
                .headers_mut()
                .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            response
        }
        Fault::Body { json, status, .. } => (
            code(*status),
            [(CONTENT_TYPE, "application/json")],
            json.to_string(),
        )
            .into_response(),
        Fault::Template {
            text,
            status,
            content_type,
            latin1,
            breaks_off,
        } => {
            let real = to_bytes(response.into_body(), usize::MAX).await;
            let text = filled(text, &real.unwrap_or_default());
            templated(code(*status), content_type, bytes_of(&text, *latin1), *breaks_off)
        }
        Fault::Patch { json } => {
            rewrite(response, |bytes| {
                let mut document = serde_json::from_slice(bytes).unwrap_or(Value::Null);
                merge(&mut document, json);
                document.to_string().into_bytes()
            })
            .await
        }
        Fault::Splice { at, text } => {
            rewrite(response, |bytes| splice(bytes, at, text.as_deref())).await
        }
    }
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn header(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static("invalid"))
}

/// Returns the endpoint's usual error body and its media type.
fn usual_body(
    endpoint: Endpoint,
    path: &str,
    status: StatusCode,
    code: Option<&str>,
) -> (&'static str, String) {
    const JSON: &str = "application/json";
    match endpoint {
        Endpoint::Rest => {
            let document = document::error_at(path, status, code);
            (document::MEDIA_TYPE, document.to_string())
        }
        Endpoint::V1 => (JSON, v1::error(status).to_string()),
        _ if endpoint.is_oauth() => (JSON, oauth_error(status).to_string()),
        _ => ("text/plain; charset=utf-8", status.to_string()),
    }
}

fn other_status(
    status: StatusCode,
    content_type: &str,
    text: String,
    headers: &BTreeMap<String, String>,
) -> Response {
    let mut response = (status, [(CONTENT_TYPE, header(content_type))], text).into_response();
    for (name, value) in headers {
        if let Ok(name) = HeaderName::try_from(name) {
            response.headers_mut().insert(name, header(value));
        }
    }
    response
}

fn oauth_error(status: StatusCode) -> Value {
    let word = match status.as_u16() {
        401 => "invalid_client",
        403 => "access_denied",
        429 | 503 => "temporarily_unavailable",
        500.. => "server_error",
        _ => "invalid_request",
    };
    json!({"error": word, "error_description": "This fault was asked for."})
}

fn json_stream(body: Body) -> Response {
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}

async fn streamed(response: Response, body: impl FnOnce(Bytes) -> Body) -> Response {
    let (mut parts, real) = response.into_parts();
    let bytes = to_bytes(real, usize::MAX).await.unwrap_or_default();
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, body(bytes))
}

async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(CONTENT_LENGTH, bytes.len().into());
    let half = bytes.slice(..bytes.len() / 2);
    Response::from_parts(parts, bodies::broken_off(&half))
}

/// Returns a text in UTF-8, or in Latin-1 with one byte for each character.
fn bytes_of(text: &str, latin1: bool) -> Bytes {
    if !latin1 {
        return text.to_owned().into();
    }
    text.chars()
        .map(|c| u8::try_from(c).unwrap_or(b'?'))
        .collect()
}

fn templated(status: StatusCode, content_type: &str, body: Bytes, breaks_off: bool) -> Response {
    let length = body.len();
    let mut response = if breaks_off {
        bodies::broken_off(&body).into_response()
    } else {
        Body::from(body).into_response()
    };
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if !content_type.is_empty() {
        headers.insert(CONTENT_TYPE, header(content_type));
    }
    if breaks_off {
        headers.insert(CONTENT_LENGTH, (length + 100).into());
    }
    response
}

/// Replaces the placeholders in a text with members of a JSON document.
fn filled(text: &str, document: &[u8]) -> String {
    let document: Value = serde_json::from_slice(document).unwrap_or(Value::Null);
    let mut text = text.to_owned();
    for (name, value) in document.as_object().into_iter().flatten() {
        let value = match value {
            Value::String(value) => value.clone(),
            other => other.to_string(),
        };
        text = text.replace(&format!("{{{{{name}}}}}"), &value);
    }
    text
}

/// Replaces `next` with `self` on a page that was requested with a cursor.
fn leading_to_itself(bytes: &[u8]) -> Vec<u8> {
    let mut document: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
    let own = document["links"]["self"].clone();
    if own
        .as_str()
        .is_some_and(|link| link.contains("starting_after="))
    {
        document["links"]["next"] = own;
    }
    document.to_string().into_bytes()
}

async fn rewrite(response: Response, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(change(&bytes)))
}

/// Replaces one value with a text, which need not be JSON.
fn splice(bytes: &[u8], at: &str, text: Option<&str>) -> Vec<u8> {
    let mut document: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
    let Some(value) = document.pointer_mut(at) else {
        return bytes.to_vec();
    };
    let Some(text) = text else {
        remove(&mut document, at);
        return document.to_string().into_bytes();
    };
    let mark = random::uuid();
    *value = Value::from(mark.as_str());
    let document = document.to_string();
    document
        .replacen(&Value::from(mark).to_string(), text, 1)
        .into_bytes()
}

fn remove(document: &mut Value, at: &str) {
    let Some((parent, name)) = at.rsplit_once('/') else {
        return;
    };
    match document.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.remove(&name.replace("~1", "/").replace("~0", "~"));
        }
        Some(Value::Array(elements)) => {
            if let Ok(index) = name.parse::<usize>()
                && index < elements.len()
            {
                elements.remove(index);
            }
        }
        _ => {}
    }
}

/// Applies a JSON merge patch (RFC 7396).
fn merge(target: &mut Value, patch: &Value) {
    let Some(patch) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    if let Some(target) = target.as_object_mut() {
        for (name, value) in patch {
            if value.is_null() {
                target.remove(name);
            } else {
                merge(target.entry(name).or_insert(Value::Null), value);
            }
        }
    }
}
