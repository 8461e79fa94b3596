//! `POST /api/login`: seals the browser's attempt into a cookie. `GET /api/login`: reports whether
//! the browser sends such cookies back.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{attempt::Attempt, ids::ConnectionId};
use http::{HeaderMap, StatusCode, header};
use shared::{
    api::login::{LoginAttempts, LoginStart},
    login_state::LoginState,
    pkce::CodeVerifier,
    return_path::ReturnPath,
};

use super::{Logins, cookie};
use crate::{
    http::{RateLimits, client_ip::Client, json::JsonBody, problem::ApiError},
    session::Sessions,
};

/// Seals verifier, state, return path, time and binding into a cookie. An attempt to reconnect
/// names a connection that the browser's session is authorized for; only that check reads the
/// store.
pub async fn start(
    State(logins): State<Arc<Logins>>,
    State(sessions): State<Arc<Sessions>>,
    State(limits): State<Arc<RateLimits>>,
    Client(client): Client,
    headers: HeaderMap,
    JsonBody(body): JsonBody<LoginStart>,
) -> Result<Response, ApiError> {
    limits.login(client)?;
    let bad = |error: &dyn std::fmt::Display| ApiError::BadRequest(format!("{error}."));
    let mut attempt = Attempt {
        began_at: logins.clock.now(),
        binding: logins.binding,
        state: LoginState::parse(&body.state).map_err(|error| bad(&error))?,
        verifier: CodeVerifier::parse(body.code_verifier).map_err(|error| bad(&error))?,
        return_to: body
            .return_to
            .as_deref()
            .and_then(ReturnPath::parse)
            .unwrap_or_else(ReturnPath::home),
        reconnects: None,
    };
    if let Some(id) = body.reconnect {
        let current = sessions.current(&headers).await?;
        let session = current.ok_or(ApiError::NotSignedIn)?.session;
        let id = ConnectionId::presented(&id);
        let authorized = sessions.store.authorized(&session.id, &id).await?;
        attempt.reconnects = Some(authorized.ok_or(ApiError::NotFound)?.id.clone());
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    for cookie in cookie::bind(&logins.vault, logins.cookies, &headers, &attempt)? {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Counts the attempts whose cookies came with the request. It opens none of them, so the count
/// says nothing about their validity.
pub async fn presented(
    State(logins): State<Arc<Logins>>,
    headers: HeaderMap,
) -> Json<LoginAttempts> {
    Json(LoginAttempts {
        presented: cookie::count(logins.cookies, &headers),
    })
}
