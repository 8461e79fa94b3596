//! The older v1 API: the current user, and the organizations with their groups.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::data::{self, Org};
use crate::grants::Install;
use crate::random;
use crate::rest::admit::identify;
use crate::settings::Context;
use crate::state::Sandbox;

/// `GET /v1/orgs`
pub(crate) async fn orgs(State(sandbox): State<Sandbox>, headers: HeaderMap) -> Response {
    sandbox.stats().v1 += 1;
    let settings = sandbox.settings();
    match admitted(&sandbox, &headers) {
        Ok(install) => {
            let orgs = install.reach.orgs(&settings);
            Json(json!({"orgs": orgs.iter().map(org).collect::<Vec<_>>()})).into_response()
        }
        Err(status) => failed(status),
    }
}

/// `GET /v1/user/me`
pub(crate) async fn me(State(sandbox): State<Sandbox>, headers: HeaderMap) -> Response {
    sandbox.stats().v1 += 1;
    let settings = sandbox.settings();
    let install = match admitted(&sandbox, &headers) {
        Ok(install) => install,
        Err(status) => return failed(status),
    };
    let orgs: Vec<Value> = install.reach.orgs(&settings).iter().map(org).collect();
    let (id, username, email) = match install.context {
        Context::User => (
            install.user_id,
            data::USER_NAME,
            Some(settings.person.as_str()),
        ),
        Context::Tenant => (install.bot_id, settings.app_name.as_str(), None),
    };
    Json(json!({"id": id, "username": username, "email": email, "orgs": orgs})).into_response()
}

/// Answers any other path under `/v1`.
pub(crate) async fn not_found(State(sandbox): State<Sandbox>) -> Response {
    sandbox.stats().v1 += 1;
    failed(StatusCode::NOT_FOUND)
}

fn admitted(sandbox: &Sandbox, headers: &HeaderMap) -> Result<Install, StatusCode> {
    let Some(install) = identify(sandbox, headers) else {
        sandbox.stats().unauthorized += 1;
        return Err(StatusCode::UNAUTHORIZED);
    };
    if install.scopes.iter().any(|scope| scope == "org.read") {
        Ok(install)
    } else {
        Err(StatusCode::FORBIDDEN)
    }
}

fn org(org: &Org) -> Value {
    let group = org
        .in_group
        .then(|| json!({"id": data::group_id(), "name": data::GROUP_NAME}));
    json!({
        "id": org.id,
        "name": org.name,
        "slug": org.slug,
        "url": format!("https://snyk.example.test/org/{}", org.slug),
        "group": group,
    })
}

/// Returns the error document of v1.
pub(crate) fn error(status: StatusCode) -> Value {
    let message = status.canonical_reason().unwrap_or("Error");
    json!({"code": status.as_u16(), "error": message, "message": message})
}

fn failed(status: StatusCode) -> Response {
    (
        status,
        [("x-error-reference", random::uuid())],
        Json(error(status)),
    )
        .into_response()
}
