//! The test bed: a separate sandbox for each test, and a client with access to everything.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its sandbox has nothing better to do than to panic"
)]

use std::process::Stdio;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

pub(crate) const CLIENT_ID: &str = "8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90";
pub(crate) const CLIENT_SECRET: &str = "snyk_cs_sandbox^only`not*a=secret<kept]from/anyone+at%all";
pub(crate) const REDIRECT_URI: &str = "http://localhost:3000/callback";
pub(crate) const SCOPES: &str = "org.read org.project.read org.project.snapshot.read";
/// The pair of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A running sandbox. Stopped on drop.
pub(crate) struct Sandbox {
    pub(crate) process: Child,
    pub(crate) address: String,
}

/// A complete response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the status and `error`, which identify an OAuth2 error.
    pub(crate) fn oauth_error(&self) -> (u16, String) {
        let word = self.json()["error"].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), word)
    }
}

/// The two tokens of a token response.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Pair {
    pub(crate) fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let json = answer.json();
        Self {
            access: json["access_token"].as_str().unwrap().to_owned(),
            refresh: json["refresh_token"].as_str().unwrap().to_owned(),
        }
    }
}

impl Sandbox {
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_snyk-sandbox"))
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().unwrap();
        let address = line
            .strip_prefix("sandbox listening on http://")
            .unwrap_or_else(|| panic!("{line}"))
            .to_owned();
        Self { process, address }
    }

    /// Sends a request on a new connection. Returns `Err` if there was no response.
    pub(crate) async fn send(&self, request: Request<String>) -> Result<Answer, hyper::Error> {
        let stream = TcpStream::connect(&self.address).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let (mut parts, body) = request.into_parts();
        if !parts.headers.contains_key(HOST) {
            parts.headers.insert(HOST, self.address.parse().unwrap());
        }
        let request = Request::from_parts(parts, Full::new(Bytes::from(body)));
        let response = sender.send_request(request).await?;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await?.to_bytes();
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        })
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(String::new()).unwrap())
            .await
            .unwrap()
    }

    pub(crate) async fn get_with(&self, path: &str, token: &str) -> Answer {
        let request = Request::get(path)
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .body(String::new())
            .unwrap();
        self.send(request).await.unwrap()
    }

    /// Sends a `POST` of a form.
    pub(crate) async fn form(
        &self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, hyper::Error> {
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(encoded(fields))
            .unwrap();
        self.send(request).await
    }

    /// Sends a request to the control interface.
    pub(crate) async fn control(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/_sandbox/{path}"))
            .body(body.to_string())
            .unwrap();
        let answer = self.send(request).await.unwrap();
        assert!(answer.status.is_success(), "{}", answer.body);
        answer
    }

    pub(crate) async fn fault(&self, rules: Value) {
        self.control(Method::POST, "faults", rules).await;
    }

    pub(crate) async fn set(&self, patch: Value) {
        self.control(Method::PUT, "settings", patch).await;
    }

    pub(crate) async fn stat(&self, name: &str) -> u64 {
        self.get("/_sandbox/stats").await.json()[name]
            .as_u64()
            .unwrap()
    }

    /// Consents to the whole group and returns the code.
    pub(crate) async fn code(&self) -> String {
        self.code_for("group").await
    }

    pub(crate) async fn code_for(&self, choice: &str) -> String {
        let body = json!({"query": authorize_query(&[]), "choice": choice});
        let answer = self.control(Method::POST, "authorize", body).await;
        parameter(answer.json()["location"].as_str().unwrap(), "code").unwrap()
    }

    /// Presents a code with all required parameters, except for `changes`.
    pub(crate) async fn exchange(&self, code: &str, changes: &[(&str, &str)]) -> Answer {
        let fields = changed(
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", REDIRECT_URI),
                ("client_id", CLIENT_ID),
                ("client_secret", CLIENT_SECRET),
                ("code_verifier", VERIFIER),
            ],
            changes,
        );
        self.form("/oauth2/token", &fields).await.unwrap()
    }

    pub(crate) async fn try_refresh(&self, token: &str) -> Result<Answer, hyper::Error> {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
        ];
        self.form("/oauth2/token", &fields).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        self.try_refresh(token).await.unwrap()
    }

    /// Returns a new token pair for the whole group.
    pub(crate) async fn connect(&self) -> Pair {
        let code = self.code().await;
        Pair::of(&self.exchange(&code, &[]).await)
    }

    /// Returns the id of an organization of the group, by its slug.
    pub(crate) async fn org(&self, pair: &Pair, slug: &str) -> String {
        let path = format!("/rest/orgs?version=2024-10-15&slug={slug}");
        let orgs = self.get_with(&path, &pair.access).await.json();
        orgs["data"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Reads a path under `/rest/orgs/{org}/`.
    pub(crate) async fn read(&self, pair: &Pair, org: &str, what: &str, query: &str) -> Answer {
        let path = format!("/rest/orgs/{org}/{what}?version=2024-10-15&{query}");
        self.get_with(&path, &pair.access).await
    }

    /// Returns all items of a list, page by page.
    pub(crate) async fn walk(&self, pair: &Pair, org: &str, what: &str, query: &str) -> Vec<Value> {
        let url = [org, what, query];
        items(self.follow(pair, url, "starting_after", None).await)
    }

    /// Returns all items of a list, read from the first page to the last, and from the last to the
    /// first.
    pub(crate) async fn walk_both(
        &self,
        pair: &Pair,
        org: &str,
        what: &str,
        query: &str,
    ) -> (Vec<Value>, Vec<Value>) {
        let url = [org, what, query];
        let there = self.follow(pair, url, "starting_after", None).await;
        let last = there.last().unwrap();
        let cursor = cursor_in(&last["links"]["prev"], "ending_before");
        let mut back = match cursor {
            Some(_) => self.follow(pair, url, "ending_before", cursor).await,
            None => Vec::new(),
        };
        back.reverse();
        back.push(last.clone());
        (items(there), items(back))
    }

    /// Returns the pages that a link leads to, one after the other.
    async fn follow(
        &self,
        pair: &Pair,
        [org, what, query]: [&str; 3],
        name: &str,
        mut cursor: Option<String>,
    ) -> Vec<Value> {
        let link = if name == "ending_before" {
            "prev"
        } else {
            "next"
        };
        let mut pages = Vec::new();
        loop {
            let cursor_query = cursor.iter().map(|cursor| (name, cursor.as_str()));
            let cursor_query = encoded(&cursor_query.collect::<Vec<_>>());
            let query = format!("{query}&{cursor_query}");
            let answer = self.read(pair, org, what, &query).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            let page = answer.json();
            cursor = cursor_in(&page["links"][link], name);
            pages.push(page);
            if cursor.is_none() {
                return pages;
            }
        }
    }

    pub(crate) async fn is_alive(&self, access: &str) -> bool {
        let answer = self.get_with("/rest/self?version=2024-10-15", access).await;
        answer.status == StatusCode::OK
    }
}

/// Returns the items of pages.
fn items(pages: Vec<Value>) -> Vec<Value> {
    let mut all = Vec::new();
    for mut page in pages {
        match page["data"].take() {
            Value::Array(items) => all.extend(items),
            other => panic!("a list is expected: {other}"),
        }
    }
    all
}

/// Returns the cursor in a link of any form.
pub(crate) fn cursor_in(link: &Value, name: &str) -> Option<String> {
    let path = link.as_str().or_else(|| link["href"].as_str())?;
    assert!(path.starts_with('/'), "links have no host: {path}");
    parameter(&format!("http://x{path}"), name)
}

/// Returns a valid authorization query with changes; an empty value removes a parameter.
pub(crate) fn authorize_query(changes: &[(&str, &str)]) -> String {
    let good = [
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", REDIRECT_URI),
        ("scope", SCOPES),
        ("state", "a state of one’s own + more"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    encoded(&changed(&good, changes))
}

pub(crate) fn changed<'a>(
    good: &[(&'a str, &'a str)],
    changes: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut fields = good.to_vec();
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    fields
}

pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// Returns a parameter of a URL's query.
pub(crate) fn parameter(address: &str, name: &str) -> Option<String> {
    url::Url::parse(address)
        .unwrap()
        .query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
