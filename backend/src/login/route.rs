//! `POST /api/login`: the browser hands its attempt over, and gets it back sealed. `GET /api/login`:
//! whether that came back with the next request.

use axum::{
    Json,
    extract::{FromRequestParts as _, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header, request::Parts};
use shared::{
    api::login::{LoginAttempts, LoginStart},
    login_state::LoginState,
    pkce::CodeVerifier,
    return_path::ReturnPath,
};

use super::{
    attempt::{Attempt, Binding},
    cookie,
};
use crate::{
    http::{client_ip::ClientNetwork, json::JsonBody, problem::ApiError, state::AppState},
    session::extract::CurrentSession,
};

/// Seals verifier, state, return path, time and what the attempt is made for into a cookie. One that is
/// to take a connection's place names one that the browser's session reaches; the store is asked for
/// that alone.
pub async fn start(
    State(app): State<AppState>,
    client: ClientNetwork,
    mut parts: Parts,
    JsonBody(body): JsonBody<LoginStart>,
) -> Result<Response, ApiError> {
    app.limits.login(client)?;
    let bad = |error: &dyn std::fmt::Display| ApiError::BadRequest(format!("{error}."));
    let mut attempt = Attempt {
        began_at: app.clock.now(),
        binding: binding(&app),
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
        let CurrentSession { session, .. } =
            CurrentSession::from_request_parts(&mut parts, &app).await?;
        let authorized = app.store.authorized(&session.id, &id).await?;
        attempt.reconnects = Some(authorized.ok_or(ApiError::NotFound)?.id.clone());
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    for cookie in cookie::bind(&app.vault, app.cookies, &parts.headers, &attempt)? {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Counts the attempts whose cookies came with the request. It opens none, so it says nothing about
/// what they are good for.
pub async fn presented(State(app): State<AppState>, headers: HeaderMap) -> Json<LoginAttempts> {
    Json(LoginAttempts {
        presented: cookie::count(app.cookies, &headers),
    })
}

/// What attempts of this server are made for.
pub(crate) fn binding(app: &AppState) -> Binding {
    Binding::new(
        &app.region.api_url,
        &app.app.client_id,
        &app.app.redirect_uri,
    )
}
