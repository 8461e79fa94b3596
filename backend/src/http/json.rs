//! JSON bodies: a bad one is a problem, and only `application/json` is taken, so that no form of a
//! foreign page can post here (SEC-34).

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use super::{problem::ApiError, state::AppState};

/// A JSON body.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ApiError> {
        let bytes = read(request, app).await?;
        // Only the kind of fault is told: the text of a serde error may quote a secret.
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            ApiError::BadRequest(format!(
                "The body is not the JSON that this route takes (line {}, column {}).",
                error.line(),
                error.column()
            ))
        })
    }
}

/// A `POST` that needs no body: it may be empty, but is JSON by its media type.
#[derive(Clone, Copy, Debug)]
pub struct NoBody;

impl FromRequest<AppState> for NoBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ApiError> {
        read(request, app).await.map(|_| Self)
    }
}

async fn read(request: Request, app: &AppState) -> Result<Bytes, ApiError> {
    if !is_json(request.headers()) {
        return Err(ApiError::UnsupportedMediaType);
    }
    Bytes::from_request(request, app)
        .await
        .map_err(|_| ApiError::TooLarge(StatusCode::PAYLOAD_TOO_LARGE))
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).into_iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let Ok(value) = value.to_str() else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}
