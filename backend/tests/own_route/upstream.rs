//! A Snyk in this process.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use super::*;

/// A Snyk that issues numbered tokens, and answers reads of projects as the test sets it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Upstream {
    pub(crate) answers: Arc<Mutex<VecDeque<(u16, HeaderMap, String)>>>,
    /// The query and bearer token of each read of projects.
    pub(crate) seen: Arc<Mutex<Vec<(String, String)>>>,
    pub(crate) tokens: Arc<Mutex<u32>>,
}

#[expect(clippy::unused_async, reason = "handlers are async")]
impl Upstream {
    pub(crate) async fn start(self) -> String {
        let routes = Router::new()
            .route("/oauth2/token", post(Self::token))
            .route("/rest/self", get(Self::me))
            .route("/rest/orgs", get(Self::orgs))
            .route("/rest/orgs/{org}/projects", get(Self::projects))
            .with_state(self);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        url
    }

    pub(crate) async fn token(State(this): State<Self>) -> Json<Value> {
        let mut tokens = this.tokens.lock().unwrap();
        *tokens += 1;
        Json(
            json!({ "access_token": format!("access-{tokens}"), "expires_in": 3600,
            "refresh_token": format!("refresh-{tokens}"), "token_type": "bearer",
            "scope": "org.read org.project.read" }),
        )
    }

    pub(crate) async fn me() -> Response {
        document(&json!({ "type": "app_instance", "id": ORG, "attributes": { "name": "app" } }))
    }

    pub(crate) async fn orgs() -> Response {
        document(&json!([{ "type": "org", "id": ORG,
            "attributes": { "name": "Acme", "slug": "acme", "is_personal": false } }]))
    }

    pub(crate) async fn projects(
        State(this): State<Self>,
        uri: Uri,
        headers: HeaderMap,
    ) -> Response {
        let bearer = headers[header::AUTHORIZATION].to_str().unwrap().to_owned();
        let query = uri.query().unwrap_or_default().to_owned();
        this.seen.lock().unwrap().push((query, bearer));
        let (status, mut headers, body) = this.answers.lock().unwrap().pop_front().unwrap();
        headers
            .entry(header::CONTENT_TYPE)
            .or_insert("application/vnd.api+json".parse().unwrap());
        let body = match headers.get(header::CONTENT_ENCODING) {
            Some(encoding) if encoding == "gzip" => gzip(body.as_bytes()),
            _ => body.into_bytes(),
        };
        (StatusCode::from_u16(status).unwrap(), headers, body).into_response()
    }

    pub(crate) fn will_answer(&self, answers: impl IntoIterator<Item = (u16, HeaderMap, String)>) {
        *self.answers.lock().unwrap() = answers.into_iter().collect();
        self.seen.lock().unwrap().clear();
    }

    pub(crate) fn reads(&self) -> usize {
        assert!(self.answers.lock().unwrap().is_empty(), "answers are left");
        self.seen.lock().unwrap().len()
    }
}

pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn document(data: &Value) -> Response {
    let body = json!({ "data": data, "jsonapi": { "version": "1.0" }, "links": {} });
    let kind = [(header::CONTENT_TYPE, "application/vnd.api+json")];
    (kind, body.to_string()).into_response()
}

pub(crate) fn page(names: &[&str], next: Option<&str>) -> (u16, HeaderMap, String) {
    let data: Vec<_> = names
        .iter()
        .map(|name| {
            json!({ "type": "project", "id": ORG, "attributes": { "name": name, "type": "npm",
                "origin": "github", "status": "active", "read_only": false, "target_file": "",
                "target_reference": "", "created": "2024-01-02T03:04:05Z", "settings": {} } })
        })
        .collect();
    let links = next.map_or(json!({}), |cursor| {
        json!({ "next": format!("https://evil.example/orgs/x/projects?starting_after={cursor}") })
    });
    let body = json!({ "data": data, "links": links, "jsonapi": { "version": "1.0" } });
    (200, HeaderMap::new(), body.to_string())
}

pub(crate) fn refusal(
    status: u16,
    code: &str,
    headers: &[(&'static str, &str)],
) -> (u16, HeaderMap, String) {
    let body = json!({ "jsonapi": { "version": "1.0" },
        "errors": [{ "status": status.to_string(), "code": code, "detail": "d" }] });
    let headers = headers
        .iter()
        .map(|(name, value)| {
            (
                header::HeaderName::from_static(name),
                value.parse().unwrap(),
            )
        })
        .collect();
    (status, headers, body.to_string())
}
