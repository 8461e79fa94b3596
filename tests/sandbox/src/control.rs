//! `/_sandbox/`: the control interface for tests. It reveals every secret, so it answers only
//! requests from this computer, and none from web pages.

use axum::extract::{Query, Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::authorize::{self, Decision, Wrong};
use crate::data;
use crate::faults::Rule;
use crate::state::Sandbox;
use crate::stats::Stats;

/// Returns the routes of the control interface.
pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/faults", get(faults).post(add_faults).delete(clear_faults))
        .route("/requests", get(requests).delete(clear_requests))
        .route("/stats", get(stats).delete(clear_stats))
        .route("/secrets", get(secrets))
        .route("/settings", get(settings).put(patch_settings))
        .route("/expire", post(expire))
        .route("/authorize", post(decide))
        .route("/installs", get(installs))
        .layer(from_fn(guard))
}

/// Rejects requests of web pages, which send `Origin` or use a host name that is not a loopback
/// name.
async fn guard(request: Request, next: Next) -> Response {
    let headers = request.headers();
    if headers.contains_key(ORIGIN) || !is_loopback_host(headers) {
        return refused(
            StatusCode::FORBIDDEN,
            "the control interface answers only to programs on this computer",
        );
    }
    next.run(request).await
}

fn is_loopback_host(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let Some(url) = host.and_then(|host| url::Url::parse(&format!("http://{host}/")).ok()) else {
        return false;
    };
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn refused(status: StatusCode, why: impl std::fmt::Display) -> Response {
    (status, Json(json!({"error": why.to_string()}))).into_response()
}

fn parsed<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, Box<Response>> {
    serde_json::from_str(body).map_err(|error| Box::new(refused(StatusCode::BAD_REQUEST, error)))
}

async fn faults(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.rules().all()).into_response()
}

async fn add_faults(State(sandbox): State<Sandbox>, body: String) -> Response {
    let value: Value = match parsed(&body) {
        Ok(value) => value,
        Err(response) => return *response,
    };
    let list = if value.is_array() {
        value
    } else {
        json!([value])
    };
    match serde_json::from_value::<Vec<Rule>>(list) {
        Ok(rules) => {
            sandbox.rules().add(rules);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => refused(StatusCode::BAD_REQUEST, error),
    }
}

async fn clear_faults(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.rules().clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Selection {
    #[serde(default)]
    since: u64,
    /// The beginning of the path.
    #[serde(default)]
    path: String,
}

async fn requests(State(sandbox): State<Sandbox>, Query(query): Query<Selection>) -> Response {
    Json(sandbox.record().since(query.since, &query.path)).into_response()
}

async fn clear_requests(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.record().clear();
    StatusCode::NO_CONTENT
}

async fn stats(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.stats().clone()).into_response()
}

async fn clear_stats(State(sandbox): State<Sandbox>) -> StatusCode {
    *sandbox.stats() = Stats::default();
    StatusCode::NO_CONTENT
}

async fn secrets(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.grants().secrets()).into_response()
}

async fn settings(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.settings().as_ref()).into_response()
}

async fn patch_settings(State(sandbox): State<Sandbox>, body: String) -> Response {
    let patch: Value = match parsed(&body) {
        Ok(patch) => patch,
        Err(response) => return *response,
    };
    match sandbox.settings().patched(&patch) {
        Ok(settings) => {
            sandbox.set(settings);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => refused(StatusCode::BAD_REQUEST, error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expire {
    #[serde(default)]
    access: bool,
    #[serde(default)]
    refresh: bool,
}

async fn expire(State(sandbox): State<Sandbox>, body: String) -> Response {
    let what: Expire = match parsed(&body) {
        Ok(what) => what,
        Err(response) => return *response,
    };
    let mut grants = sandbox.grants();
    if what.access {
        grants.expire_access();
    }
    if what.refresh {
        grants.expire_refresh();
    }
    StatusCode::NO_CONTENT.into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decide {
    query: String,
    #[serde(default = "group")]
    choice: String,
    #[serde(default)]
    decision: Decision,
    #[serde(default)]
    wrong: Option<Wrong>,
    /// The email address of the person who decides; by default the signed-in one.
    #[serde(default)]
    person: Option<String>,
}

fn group() -> String {
    "group".to_owned()
}

/// Decides as on the consent page, without a browser.
async fn decide(State(sandbox): State<Sandbox>, body: String) -> Response {
    let request: Decide = match parsed(&body) {
        Ok(request) => request,
        Err(response) => return *response,
    };
    let query = request.query.trim_start_matches('?');
    let user_id = match &request.person {
        Some(person) => data::id_of("user", person),
        None => sandbox.settings().user_id(),
    };
    match authorize::decide(
        &sandbox,
        query,
        &request.choice,
        request.decision,
        request.wrong,
        &user_id,
    ) {
        Ok(location) => Json(json!({"location": location, "user_id": user_id})).into_response(),
        Err(trouble) => refused(StatusCode::BAD_REQUEST, trouble.what),
    }
}

async fn installs(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.grants().installs()).into_response()
}
