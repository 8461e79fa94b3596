//! `POST /api/login`: seals the browser's attempt into a cookie. `GET /api/login`: reports whether
//! the browser sends such cookies back.

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

/// Seals verifier, state, return path, time and binding into a cookie. An attempt to reconnect
/// names a connection that the browser's session is authorized for; only that check reads the
/// store.
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

/// Counts the attempts whose cookies came with the request. It opens none of them, so the count
/// says nothing about their validity.
pub async fn presented(State(app): State<AppState>, headers: HeaderMap) -> Json<LoginAttempts> {
    Json(LoginAttempts {
        presented: cookie::count(app.cookies, &headers),
    })
}

/// Returns the binding of the attempts of this server.
pub(crate) fn binding(app: &AppState) -> Binding {
    Binding::new(
        &app.region.api_url,
        &app.app.client_id,
        &app.app.redirect_uri,
    )
}
