//! An additional route that uses the typed client, against a Snyk whose answers the test sets.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{ConnectInfo, Path, Request, State},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use domain::{ids::ConnectionId, vault::Vault};
use futures_util::TryStreamExt as _;
use http::{HeaderMap, StatusCode, Uri, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use shared::snyk::read;
use snyk_app::{
    app::{self, AppState, Edge, router},
    config::{Config, raw::Raw},
    http::problem::ApiError,
    snyk_client::SnykClient,
    store::{repository::Repository, sqlite::SqliteDatabase},
};
use tokio::net::TcpListener;

#[path = "own_route/compressed.rs"]
mod compressed;
#[path = "own_route/upstream.rs"]
mod upstream;

use self::upstream::*;

const ORG: &str = "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11";

/// The route under test: returns the names of all projects of an organization.
async fn project_names(
    Path((_, org)): Path<(String, String)>,
    snyk: SnykClient,
) -> Result<Json<Vec<Option<String>>>, ApiError> {
    let names = snyk
        .items(read::projects(&org).limit(100))
        .map_ok(|project| project.attributes.name)
        .try_collect()
        .await?;
    Ok(Json(names))
}

/// The app with the route, in this process, and a browser that has connected.
struct Bed {
    app: Edge,
    state: AppState,
    upstream: Upstream,
    cookie: String,
    connection: String,
    _folder: tempfile::TempDir,
}

impl Bed {
    async fn start() -> Self {
        let upstream = Upstream::default();
        let snyk = upstream.clone().start().await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("app.db");
        let database = format!("sqlite://{}", file.display());
        let config = Config::from_raw(&Raw::from_pairs(&[
            ("CLIENT_ID", "8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90"),
            ("CLIENT_SECRET", "snyk_cs_secret"),
            ("REDIRECT_URI", "http://localhost:3000/callback"),
            ("SCOPES", "org.read org.project.read"),
            ("ENCRYPTION_SECRET", "0123456789abcdef0123456789abcdef"),
            ("SNYK_API_URL", &snyk),
            ("SNYK_APP_URL", &snyk),
            ("DATABASE_URL", &database),
            ("FRONTEND_DIR", ""),
        ]))
        .unwrap();
        let vault = Arc::new(Vault::new(&config.encryption.secret, &[]));
        let database = Arc::new(SqliteDatabase::open(&file).await.unwrap());
        let store = Repository::open(database, Arc::clone(&vault))
            .await
            .unwrap();
        let app = app::build(&config, vault, Arc::new(store)).unwrap();
        let routes = router::api().route(
            "/api/connections/{id}/orgs/{org}/project-names",
            get(project_names),
        );
        let mut bed = Self {
            app: Edge::new(routes, app.clone(), &config).unwrap(),
            state: app,
            upstream,
            cookie: String::new(),
            connection: String::new(),
            _folder: folder,
        };
        bed.connect().await;
        bed
    }

    async fn connect(&mut self) {
        let (state, verifier) = ("s".repeat(42) + "A", "v".repeat(43));
        let body = json!({ "state": state, "code_verifier": verifier });
        let started = self.ask("POST", "/api/login", Some(body)).await;
        assert_eq!(started.status(), StatusCode::NO_CONTENT);
        self.keep_cookie(&started);
        let body = json!({ "state": state, "code": "code" });
        let finished = self.ask("POST", "/api/connections", Some(body)).await;
        assert_eq!(finished.status(), StatusCode::CREATED);
        self.keep_cookie(&finished);
        let connected = json_of(finished).await;
        let id = connected["connection"]["id"].as_str().unwrap();
        self.connection = id.into();
    }

    fn keep_cookie(&mut self, answer: &Response) {
        let set = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        self.cookie = set.split(';').next().unwrap().into();
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Response {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost:3000")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, &self.cookie);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    async fn send(&self, mut request: Request) -> Response {
        let peer = ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9)));
        request.extensions_mut().insert(peer);
        self.app.respond(request).await
    }

    async fn project_names(&self) -> Response {
        let path = format!(
            "/api/connections/{}/orgs/{ORG}/project-names",
            self.connection
        );
        self.ask("GET", &path, None).await
    }

    /// Returns status and code of the route's answer.
    async fn refused(&self) -> (u16, String) {
        let answer = self.project_names().await;
        let status = answer.status().as_u16();
        let code = json_of(answer).await["code"].as_str().unwrap().to_owned();
        (status, code)
    }
}

async fn json_of(answer: Response) -> Value {
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn every_page_is_read_at_our_own_host_with_the_bearer_token() {
    let bed = Bed::start().await;
    bed.upstream
        .will_answer([page(&["a", "b"], Some("v1.x%3D")), page(&["物流"], None)]);
    let answer = bed.project_names().await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(json_of(answer).await, json!(["a", "b", "物流"]));
    let seen = bed.upstream.seen.lock().unwrap();
    let bearer = "Bearer access-1".to_owned();
    assert_eq!(
        *seen,
        [
            "limit=100&version=2024-10-15".to_owned(),
            "limit=100&starting_after=v1.x%3D&version=2024-10-15".to_owned()
        ]
        .map(|query| (query, bearer.clone()))
    );
}

#[tokio::test]
async fn what_passes_is_asked_again() {
    let bed = Bed::start().await;
    bed.upstream.will_answer([
        refusal(429, "SNYK-0001", &[("retry-after", "1")]),
        refusal(503, "SNYK-0009", &[]),
        page(&["a"], None),
    ]);
    assert_eq!(bed.project_names().await.status(), StatusCode::OK);
    assert_eq!(bed.upstream.reads(), 3);
}

#[tokio::test]
async fn a_lasting_failure_is_reported() {
    let bed = Bed::start().await;
    let problem = |status, code: &str| (status, code.to_owned());
    // Longer than an interactive request may take.
    bed.upstream
        .will_answer([refusal(429, "SNYK-0001", &[("retry-after", "600")])]);
    let answer = bed.project_names().await;
    assert_eq!(answer.headers()[header::RETRY_AFTER], "600");
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(bed.upstream.reads(), 1);
    // A test limit that is exhausted, and maintenance: a retry does not help.
    bed.upstream.will_answer([refusal(429, "SNYK-0006", &[])]);
    assert_eq!(bed.refused().await, problem(429, "rate_limited"));
    bed.upstream.will_answer([refusal(503, "SNYK-0099", &[])]);
    assert_eq!(bed.refused().await, problem(503, "provider_unavailable"));
    assert_eq!(bed.upstream.reads(), 1);
    // Three attempts at most.
    bed.upstream
        .will_answer([(); 3].map(|()| refusal(500, "SNYK-9999", &[])));
    assert_eq!(bed.refused().await, problem(502, "provider_unavailable"));
    assert_eq!(bed.upstream.reads(), 3);
}

#[tokio::test]
async fn a_rate_limited_connection_gets_a_retry_after_and_sends_nothing() {
    let bed = Bed::start().await;
    let now = tokio::time::Instant::now();
    while bed
        .state
        .parts()
        .snyk
        .outbound_rate_limit
        .try_take(&ConnectionId::presented(&bed.connection), now)
        .is_ok()
    {}
    let answer = bed.project_names().await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    let after = answer.headers()[header::RETRY_AFTER].to_str().unwrap();
    assert!((1..=61).contains(&after.parse::<u32>().unwrap()), "{after}");
    assert_eq!(json_of(answer).await["code"], "rate_limited");
    assert_eq!(bed.upstream.reads(), 0);
}

#[tokio::test]
async fn sec_58_a_401_earns_one_refresh_and_one_repeat() {
    let bed = Bed::start().await;
    bed.upstream
        .will_answer([refusal(401, "SNYK-0005", &[]), page(&["a"], None)]);
    assert_eq!(bed.project_names().await.status(), StatusCode::OK);
    let bearers: Vec<_> = {
        let seen = bed.upstream.seen.lock().unwrap();
        seen.iter().map(|(_, bearer)| bearer.clone()).collect()
    };
    assert_eq!(bearers, ["Bearer access-1", "Bearer access-2"]);

    // A list continues with the new token, and requests no page twice for it.
    bed.upstream.will_answer([
        page(&["a"], Some("1")),
        refusal(401, "SNYK-0005", &[]),
        page(&["b"], Some("2")),
        page(&["c"], None),
    ]);
    assert_eq!(
        json_of(bed.project_names().await).await,
        json!(["a", "b", "c"])
    );
    assert_eq!(bed.upstream.reads(), 4);

    bed.upstream
        .will_answer([(); 2].map(|()| refusal(401, "SNYK-0005", &[])));
    assert_eq!(
        bed.refused().await,
        (409, "reconnect_needed".to_owned()),
        "a new token that is refused as well"
    );
    assert_eq!(bed.upstream.reads(), 2);
    assert_eq!(*bed.upstream.tokens.lock().unwrap(), 4);
    // The API rejects the refreshed token: no request rotates the pair once more for it.
    bed.upstream.will_answer([refusal(401, "SNYK-0005", &[])]);
    assert_eq!(bed.refused().await, (409, "reconnect_needed".to_owned()));
    assert_eq!(bed.upstream.reads(), 1);
    assert_eq!(*bed.upstream.tokens.lock().unwrap(), 4);
}

#[tokio::test]
async fn what_snyk_refuses_is_asked_once() {
    let bed = Bed::start().await;
    for (status, expected) in [
        (400, (502, "provider_unavailable")),
        (403, (403, "forbidden")),
        (404, (404, "not_found")),
        (410, (404, "not_found")),
    ] {
        let request_id = [("snyk-request-id", "7ff2a7d1-0f2b-4a55-9bd2-000000000001")];
        bed.upstream
            .will_answer([refusal(status, "SNYK-OPENAPI-0001", &request_id)]);
        let answer = bed.project_names().await;
        let problem = json_of(answer).await;
        assert_eq!(problem["status"], expected.0, "{problem}");
        assert_eq!(problem["code"], expected.1, "{problem}");
        if status == 400 {
            assert_eq!(problem["snyk_request_id"], request_id[0].1);
        }
        assert_eq!(bed.upstream.reads(), 1);
    }
}

#[tokio::test]
async fn sec_57_answers_of_no_use_end_the_walk() {
    let bed = Bed::start().await;
    let useless = (502, "provider_unavailable".to_owned());
    // A repeated cursor.
    bed.upstream
        .will_answer([(); 2].map(|()| page(&["a"], Some("same"))));
    assert_eq!(bed.refused().await, useless);
    assert_eq!(bed.upstream.reads(), 2);
    for body in ["<html>", r#"{"data":[{"id":"#, r#"{"data":{}}"#, "[]"] {
        bed.upstream
            .will_answer([(200, HeaderMap::new(), body.to_owned())]);
        assert_eq!(bed.refused().await, useless, "{body}");
    }
    let elsewhere = [("location", "https://evil.example/")];
    bed.upstream.will_answer([refusal(302, "x", &elsewhere)]);
    assert_eq!(bed.refused().await, useless);
    assert_eq!(bed.upstream.reads(), 1);
}
