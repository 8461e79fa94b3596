//! A mock of Snyk that answers without delay: tokens, one organization, and fixed pages of
//! projects.

use std::{net::SocketAddr, sync::LazyLock};

use anyhow::Result;
use axum::{
    Json, Router,
    extract::RawQuery,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use http::header;
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) const ORG: &str = "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11";

static SMALL: LazyLock<Bytes> = LazyLock::new(|| page(1));
static LARGE: LazyLock<Bytes> = LazyLock::new(|| page(100));

pub(crate) async fn serve(address: SocketAddr) -> Result<()> {
    let routes = Router::new()
        .route("/oauth2/token", post(token))
        .route("/rest/self", get(me))
        .route("/rest/orgs", get(orgs))
        .route("/rest/orgs/{org}/projects", get(projects));
    Ok(axum::serve(TcpListener::bind(address).await?, routes).await?)
}

async fn token() -> Json<Value> {
    Json(
        json!({ "access_token": "a".repeat(800), "expires_in": 86_400, "refresh_token": "r",
        "token_type": "bearer", "scope": "org.read org.project.read" }),
    )
}

async fn me() -> Response {
    answer(document(
        &json!({ "type": "app_instance", "id": ORG, "attributes": { "name": "app" } }),
    ))
}

async fn orgs() -> Response {
    answer(document(&json!([{ "type": "org", "id": ORG,
        "attributes": { "name": "Acme", "slug": "acme", "is_personal": false } }])))
}

async fn projects(RawQuery(query): RawQuery) -> Response {
    let is_large = query.is_some_and(|query| query.contains("limit=100"));
    answer(if is_large {
        LARGE.clone()
    } else {
        SMALL.clone()
    })
}

fn answer(body: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.api+json"),
        (
            header::HeaderName::from_static("snyk-request-id"),
            "7ff2a7d1-0f2b-4a55-9bd2-000000000001",
        ),
    ];
    (headers, body).into_response()
}

fn document(data: &Value) -> Bytes {
    json!({ "data": data, "jsonapi": { "version": "1.0" }, "links": {} })
        .to_string()
        .into()
}

fn page(projects: usize) -> Bytes {
    let project = json!({ "type": "project", "id": ORG,
        "attributes": { "name": "acme/web:services/checkout/package-lock.json", "type": "npm",
            "origin": "github", "status": "active", "read_only": false,
            "created": "2024-01-02T03:04:05Z", "target_file": "services/checkout/package-lock.json",
            "target_reference": "main", "settings": { "recurring_tests": { "frequency": "daily" } } },
        "meta": { "latest_issue_counts": { "critical": 1, "high": 2, "medium": 5, "low": 9,
            "updated_at": "2024-01-02T03:04:05Z" } },
        "relationships": {
            "target": { "data": { "type": "target", "id": ORG }, "links": {} },
            "organization": { "data": { "type": "org", "id": ORG }, "links": {} } } });
    document(&vec![project; projects].into())
}
