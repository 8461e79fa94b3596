//! `GET /api/connections/{id}/snyk/{rest…}`.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{Method, Uri};

use super::{
    allow_list::{Refusal, allowed},
    client::SnykClient,
    headers,
};
use crate::{
    http::{problem::ApiError, state::AppState},
    provider::ProviderError,
    session::extract::SignedIn,
};

/// Passes Snyk's answer on, status and all.
pub async fn get(
    State(app): State<AppState>,
    signed_in: SignedIn,
    snyk: SnykClient,
    method: Method,
    uri: Uri,
) -> Result<Response, ApiError> {
    // Matched on the raw path: axum's own parameter is decoded.
    let path = uri.path().split_once("/snyk/").map_or("", |(_, path)| path);
    if method != Method::GET {
        return Err(ApiError::MethodNotAllowed);
    }
    let upstream = allowed(path, uri.query()).map_err(|refusal| match refusal {
        Refusal::Path => ApiError::NotFound,
        Refusal::Query => ApiError::BadRequest("This read has no such query parameter.".to_owned()),
    })?;
    app.limits.proxy(signed_in.session.id.as_str())?;
    let answer = snyk.get(&upstream).await?;
    if answer.status.is_redirection() {
        return Err(ApiError::Provider(ProviderError::Unusable(
            "it is a redirect".to_owned(),
        )));
    }
    if !headers::is_json(&answer.headers) && !answer.body.is_empty() {
        return Err(ApiError::Provider(ProviderError::Unusable(
            "it is not JSON".to_owned(),
        )));
    }
    Ok((answer.status, headers::passed(&answer.headers), answer.body).into_response())
}
