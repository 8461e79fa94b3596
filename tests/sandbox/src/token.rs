//! `POST /oauth2/token`: exchanges a code or a refresh token for a token pair.
//!
//! Accepts only form bodies, with client credentials in the body. Codes and refresh tokens can be
//! used once; [`Rotation`](crate::settings::Rotation) defines the response to a second presentation
//! of a refresh token.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::form::Form;
use crate::grants::{Mint, Pair, Rejection};
use crate::oauth_error::{Kind, OAuthError};
use crate::record::Granted;
use crate::settings::Settings;
use crate::state::Sandbox;
use crate::watch::Concurrent;

pub(crate) async fn post(
    State(sandbox): State<Sandbox>,
    concurrent: Option<Extension<Concurrent>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    sandbox.stats().token_requests += 1;
    match answer(&sandbox, concurrent.is_some(), &headers, &body) {
        Ok((answer, pair)) => (
            [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")],
            Extension(Granted(pair.refresh)),
            Json(answer),
        )
            .into_response(),
        Err(error) => {
            tracing::info!("token request refused: {}", error.kind.word());
            error.into_response()
        }
    }
}

fn answer(
    sandbox: &Sandbox,
    concurrent: bool,
    headers: &HeaderMap,
    body: &str,
) -> Result<(Value, Pair), OAuthError> {
    let (settings, form) = client_form(sandbox, headers, body)?;
    let pair = match form.get("grant_type") {
        Some("authorization_code") => exchange(sandbox, &settings, &form),
        Some("refresh_token") => refresh(sandbox, &settings, &form, concurrent),
        Some(_) => Err(OAuthError::new(Kind::UnsupportedGrantType, "")),
        None => Err(missing("grant_type")),
    }?;
    Ok((token_answer(&settings, &pair), pair))
}

/// Parses a form body and requires the client's credentials in it. Returns the settings of the
/// client with the form.
pub(crate) fn client_form(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    body: &str,
) -> Result<(Arc<Settings>, Form), OAuthError> {
    let form_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media| {
            media
                .trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
    if !form_type {
        return Err(OAuthError::new(
            Kind::InvalidRequest,
            "The body must be of type application/x-www-form-urlencoded.",
        ));
    }
    let form = Form::parse(body);
    if let Some(name) = form.repeated() {
        return Err(OAuthError::new(
            Kind::InvalidRequest,
            format!("The parameter '{name}' is there more than once."),
        ));
    }
    let (Some(id), Some(secret)) = (form.get("client_id"), form.get("client_secret")) else {
        return Err(OAuthError::new(
            Kind::InvalidClient,
            "Client credentials missing or malformed in HTTP POST body.",
        ));
    };
    let Some(settings) = sandbox.authenticated(id, secret) else {
        return Err(OAuthError::new(Kind::InvalidClient, ""));
    };
    Ok((settings, form))
}

fn exchange(sandbox: &Sandbox, settings: &Settings, form: &Form) -> Result<Pair, OAuthError> {
    sandbox.stats().token_code += 1;
    let code = form.get("code").ok_or_else(|| missing("code"))?;
    let verifier = form
        .get("code_verifier")
        .ok_or_else(|| missing("code_verifier"))?;
    if !is_verifier(verifier) {
        return Err(OAuthError::new(
            Kind::InvalidGrant,
            "The PKCE code verifier must be 43 to 128 characters of [A-Za-z0-9-._~].",
        ));
    }
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let mint = Mint {
        settings,
        base: sandbox.base(),
    };
    let outcome = sandbox
        .grants()
        .redeem(code, form.get("redirect_uri"), &challenge, mint);
    let pair =
        outcome.map_err(|rejection| rejection_error(sandbox, rejection, "authorization code"))?;
    sandbox.stats().token_code_ok += 1;
    Ok(pair)
}

fn refresh(
    sandbox: &Sandbox,
    settings: &Settings,
    form: &Form,
    concurrent: bool,
) -> Result<Pair, OAuthError> {
    sandbox.stats().token_refresh += 1;
    let token = form
        .get("refresh_token")
        .ok_or_else(|| missing("refresh_token"))?;
    if concurrent {
        return Err(OAuthError::new(
            Kind::InvalidRequest,
            "Failed to refresh token because of multiple concurrent requests using the same token \
             which is not allowed. The request could not be completed due to concurrent access",
        ));
    }
    let mint = Mint {
        settings,
        base: sandbox.base(),
    };
    let outcome = sandbox.grants().rotate(token, mint);
    let pair = outcome.map_err(|rejection| rejection_error(sandbox, rejection, "refresh token"))?;
    let mut stats = sandbox.stats();
    stats.token_refresh_ok += 1;
    stats.reuses_in_grace += u64::from(pair.in_grace);
    drop(stats);
    Ok(pair)
}

fn rejection_error(sandbox: &Sandbox, rejection: Rejection, what: &str) -> OAuthError {
    let hint = match rejection {
        Rejection::Dead => format!("The {what} is malformed, expired or not valid."),
        Rejection::OtherRedirect => "The 'redirect_uri' from this request does not match the one \
                                   from the authorize request."
            .to_owned(),
        Rejection::OtherVerifier => {
            "The PKCE code challenge did not match the code verifier.".to_owned()
        }
        Rejection::Reused { ended } => {
            let mut stats = sandbox.stats();
            stats.reuses += 1;
            stats.families_revoked += u64::from(ended);
            format!("The {what} has already been used.")
        }
    };
    OAuthError::new(Kind::InvalidGrant, hint)
}

fn token_answer(settings: &Settings, pair: &Pair) -> Value {
    let mut answer = json!({
        "access_token": pair.access,
        // Snyk rounds down: an app with a lifetime of 3600 s receives 3599.
        "expires_in": settings.access_ttl.saturating_sub(1).max(1),
        "refresh_token": pair.refresh,
        "token_type": "bearer",
        "scope": pair.scopes.join(" "),
    });
    if !settings.omit_refresh_expires {
        answer["refresh_expires_in"] = json!(settings.refresh_ttl);
    }
    if settings.bot_id {
        answer["bot_id"] = json!(pair.bot_id);
    }
    answer
}

fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

fn missing(name: &str) -> OAuthError {
    OAuthError::new(
        Kind::InvalidRequest,
        format!("The parameter '{name}' is missing."),
    )
}
