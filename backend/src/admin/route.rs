//! `POST`, `GET` and `DELETE /api/admin/session`.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::session::BrowserName;
use http::{HeaderMap, StatusCode, header};
use shared::api::admin::{AdminLogin, AdminSession};

use super::{
    Administration, Administrator,
    session::{Begun, LIFETIME},
};
use crate::{
    activity::{self, Event},
    http::{RateLimits, client_ip::Client, json::JsonBody, problem::ApiError},
    request_context::carried,
};

/// Uses a link up, and signs the browser in as an administrator. It is done in a task of its own: a
/// browser that does not wait must not lose the only use of the link half-way.
pub async fn begin(
    State(administration): State<Arc<Administration>>,
    State(limits): State<Arc<RateLimits>>,
    Client(client): Client,
    headers: HeaderMap,
    JsonBody(body): JsonBody<AdminLogin>,
) -> Result<Response, ApiError> {
    limits.admin_login(client)?;
    let browser = headers
        .get(header::USER_AGENT)
        .map_or_else(BrowserName::default, |header| {
            BrowserName::of_user_agent(header.as_bytes())
        });
    let earlier = administration.presented(&headers);
    let of = Arc::clone(&administration);
    let sign_in = async move { of.begin(&body.link, browser, earlier).await };
    let begun = administration
        .connections
        .tasks
        .spawn(carried(sign_in))
        .await;
    let begun = begun.unwrap_or_else(|_| {
        Err(ApiError::Internal(
            "the task that signs in ended".to_owned(),
        ))
    });
    let Begun { token, expires_at } = begun.inspect_err(|error| {
        let (status, code) = error.status_and_code();
        if status.is_client_error() {
            activity::note(Event::admin_refused(code));
        }
    })?;
    let cookies = administration.cookies;
    let lifetime = Duration::try_from(LIFETIME).unwrap_or_default();
    let set = cookies.set(cookies.admin_name(), token.secret().to_owned(), lifetime);
    let body = Json(AdminSession {
        expires_at: expires_at.to_string(),
    });
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, set)], body).into_response())
}

/// Returns until when the administrator is signed in.
pub async fn current(Administrator(session): Administrator) -> Json<AdminSession> {
    Json(AdminSession {
        expires_at: session.expires_at.to_string(),
    })
}

/// Signs the administrator out. It is not an error if there is no session.
pub async fn end(
    State(administration): State<Arc<Administration>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let of = Arc::clone(&administration);
    let end = async move { of.end(&headers).await };
    administration
        .connections
        .tasks
        .spawn(carried(end))
        .await
        .map_err(|_| ApiError::Internal("the task that signs out ended".to_owned()))??;
    let cookies = administration.cookies;
    let removed = cookies.remove(cookies.admin_name());
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, removed)]).into_response())
}
