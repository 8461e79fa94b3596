//! JSON request bodies. An invalid body is a problem response. Only `application/json` is accepted,
//! so that a form on a foreign page cannot post here (SEC-34).

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{
        FromRequest, Request,
        rejection::{BytesRejection, FailedToBufferBody},
    },
};
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use super::problem::ApiError;

/// Timeout of a request body. A slow connection can send the largest allowed body within it
/// (SEC-67).
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Extractor for a JSON body.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = read_body(request, state).await?;
        // Only the position is reported: the text of a serde error may quote a secret.
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            ApiError::BadRequest(format!(
                "The body is not the JSON that this route takes (line {}, column {}).",
                error.line(),
                error.column()
            ))
        })
    }
}

/// Extractor for a `POST` that needs no body. The body may be empty, but its media type must be
/// JSON.
#[derive(Clone, Copy, Debug)]
pub struct NoBody;

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        read_body(request, state).await.map(|_| Self)
    }
}

/// Returns whether a request has a body that is not JSON. Such a request is rejected on every route,
/// since a form on a foreign page cannot send JSON.
pub(crate) fn has_other_body(headers: &HeaderMap) -> bool {
    let has_body = headers.contains_key(header::TRANSFER_ENCODING)
        || headers
            .get(header::CONTENT_LENGTH)
            .is_some_and(|length| length != "0");
    has_body && !is_json(headers)
}

async fn read_body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    if !is_json(request.headers()) {
        return Err(ApiError::UnsupportedMediaType);
    }
    match tokio::time::timeout(BODY_TIMEOUT, Bytes::from_request(request, state)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)))) => {
            Err(ApiError::TooLarge(StatusCode::PAYLOAD_TOO_LARGE))
        }
        Ok(Err(_)) => Err(ApiError::BadRequest(
            "The body did not arrive whole, or not as HTTP frames it.".to_owned(),
        )),
        Err(_) => Err(ApiError::BadRequest(
            "The body took too long to arrive.".to_owned(),
        )),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).into_iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let Ok(value) = value.to_str() else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    // JSON is UTF-8 and has no other parameter.
    essence.eq_ignore_ascii_case("application/json")
        && parts.all(|parameter| {
            ["charset=utf-8", "charset=\"utf-8\""]
                .iter()
                .any(|utf_8| parameter.eq_ignore_ascii_case(utf_8))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_34_json_is_utf_8_and_nothing_else() {
        for (kind, is_accepted) in [
            ("application/json", true),
            ("Application/JSON; Charset=UTF-8", true),
            ("application/json;charset=\"utf-8\"", true),
            ("application/json; charset=utf-16", false),
            ("application/json; boundary=x", false),
            ("application/json;", false),
            ("application/json, text/plain", false),
            ("application/jsonp", false),
            ("text/plain", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
            assert_eq!(is_json(&headers), is_accepted, "{kind}");
            headers.append(header::CONTENT_TYPE, "application/json".parse().unwrap());
            assert!(!is_json(&headers), "two");
        }
    }
}
