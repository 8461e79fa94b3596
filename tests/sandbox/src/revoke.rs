//! `POST /oauth2/revoke` (RFC 7009): always 200 without a body, also for unknown tokens.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};

use crate::oauth_error::{Kind, OAuthError};
use crate::state::Sandbox;
use crate::token::client_form;

pub(crate) async fn post(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let (settings, form) = match client_form(&sandbox, &headers, &body) {
        Ok(checked) => checked,
        Err(error) => return error.into_response(),
    };
    let Some(token) = form.get("token") else {
        return OAuthError::new(Kind::InvalidRequest, "The parameter 'token' is missing.")
            .into_response();
    };
    sandbox.grants().revoke(token, &settings.client_id);
    sandbox.stats().revocations += 1;
    StatusCode::OK.into_response()
}
