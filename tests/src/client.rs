//! A browser without a user interface: cookies, and the headers of a page's requests.

use std::{collections::BTreeMap, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::task::JoinHandle;
use url::Url;

use crate::{
    contract::Exchange,
    registration::{CLIENT_ID, SCOPES},
};

/// Returns a plain HTTP client without redirects and without a proxy.
#[must_use]
pub fn http() -> reqwest::Client {
    builder().build().expect("an HTTP client")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests' own client, outside of the product"
)]
fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(90))
}

/// A login attempt as the browser makes it.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The state.
    pub state: String,
    /// The code verifier.
    pub verifier: String,
    /// The query of the authorization request URL.
    pub authorize_query: String,
}

impl Attempt {
    /// Returns the body that registers the attempt as a reconnect of a connection.
    #[must_use]
    pub fn reconnecting(&self, connection: &str) -> Value {
        json!({ "state": self.state, "code_verifier": self.verifier, "reconnect": connection,
            "return_to": format!("/connections/{connection}") })
    }
}

/// The parameters that the provider sent to the redirect URI.
#[derive(Clone, Debug)]
pub struct Callback(pub BTreeMap<String, String>);

impl Callback {
    /// Parses the query of a `Location` header.
    #[must_use]
    pub fn of_location(location: &str) -> Self {
        let url = Url::parse(location).expect("an absolute address");
        Self(url.query_pairs().into_owned().collect())
    }

    /// Replaces one parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Returns a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0
            .get(name)
            .unwrap_or_else(|| panic!("no {name} in the callback"))
    }

    /// Returns the body that sends the parameters to the backend.
    #[must_use]
    pub fn body(&self) -> Value {
        json!(self.0)
    }
}

/// A complete response.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    /// Returns the body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// Returns the code of the problem document.
    #[must_use]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Returns a header as text; empty if it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// A browser with its cookies for one app.
#[derive(Clone, Debug)]
pub struct Client {
    /// The URL of the app.
    pub url: String,
    /// The cookies by name.
    pub cookies: BTreeMap<String, String>,
    http: reqwest::Client,
    /// Whether answers are held against the document of the API.
    is_app: bool,
}

impl Client {
    /// Creates a browser without cookies.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            cookies: BTreeMap::new(),
            http: http(),
            is_app: true,
        }
    }

    /// Creates a browser for what is not the API of the app: another program, or the listener of the
    /// metrics.
    #[must_use]
    pub fn of_another(url: &str) -> Self {
        Self {
            is_app: false,
            ..Self::new(url)
        }
    }

    /// Returns this browser with answers as they were sent: none is decompressed.
    #[must_use]
    pub fn without_decompression(self) -> Self {
        let http = builder().no_gzip().build().expect("an HTTP client");
        Self { http, ..self }
    }

    /// Returns this browser with a `User-Agent` of its own.
    #[must_use]
    pub fn calling_itself(self, user_agent: &str) -> Self {
        let http = builder().user_agent(user_agent).build();
        Self {
            http: http.expect("an HTTP client"),
            ..self
        }
    }

    /// Sends a `GET` as the app's own page does.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Sends a `DELETE` as the app's own page does.
    pub async fn delete(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Sends a `POST` of JSON as the app's own page does.
    pub async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// Builds a request with the cookies and the headers of the app's own page.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.bare(method, path)
            .header("sec-fetch-site", "same-origin")
    }

    /// Builds a request with only the cookies.
    pub fn bare(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        if self.cookies.is_empty() {
            return request;
        }
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        request.header("cookie", cookies.join("; "))
    }

    /// Sends a request, reads the response, holds it against the document of the API, and stores its
    /// cookies.
    pub async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        self.try_send(request).await.expect("the app answers")
    }

    /// Does the same at an app that may not answer, or not wholly.
    pub async fn try_send(
        &mut self,
        request: reqwest::RequestBuilder,
    ) -> Result<Answer, reqwest::Error> {
        let (http, request) = request.build_split();
        let request = request?;
        let (method, url) = (request.method().clone(), request.url().clone());
        let answer = http.execute(request).await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await?;
        if self.is_app {
            Exchange {
                method: &method,
                path: url.path(),
                status,
                headers: &headers,
                body: &text,
            }
            .check();
        }
        for cookie in headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("text");
            let (pair, attributes) = cookie.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a name");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(Answer {
            status,
            headers,
            text,
        })
    }

    /// Sends a request in a task of its own, with the cookies that this browser has now. The app may not
    /// answer, or not wholly.
    pub fn spawn(
        &self,
        request: reqwest::RequestBuilder,
    ) -> JoinHandle<Result<Answer, reqwest::Error>> {
        let mut browser = self.clone();
        tokio::spawn(async move { browser.try_send(request).await })
    }

    /// Starts a login as the page does: generates an attempt and registers it.
    pub async fn start_login(&mut self, return_to: Option<&str>) -> Attempt {
        let attempt = self.make_attempt();
        let mut body = json!({ "state": attempt.state, "code_verifier": attempt.verifier });
        if let Some(return_to) = return_to {
            body["return_to"] = json!(return_to);
        }
        let answer = self.post("/api/login", &body).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
        attempt
    }

    /// Starts a login that reconnects a connection.
    pub async fn start_reconnect(&mut self, connection: &str) -> Attempt {
        let attempt = self.make_attempt();
        let answer = self
            .post("/api/login", &attempt.reconnecting(connection))
            .await;
        assert_eq!(answer.status, 204, "{}", answer.text);
        attempt
    }

    /// Generates an attempt without registering it.
    #[must_use]
    pub fn make_attempt(&self) -> Attempt {
        let (state, verifier) = (random(), random());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let authorize_query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", CLIENT_ID)
            .append_pair("redirect_uri", &format!("{}/callback", self.url))
            .append_pair("scope", SCOPES)
            .append_pair("state", &state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .finish();
        Attempt {
            state,
            verifier,
            authorize_query,
        }
    }

    /// Sends the callback's parameters to the backend.
    pub async fn finish(&mut self, callback: &Callback) -> Answer {
        self.post("/api/connections", &callback.body()).await
    }

    /// Returns the connections that the session is authorized for.
    pub async fn connections(&mut self) -> Vec<Value> {
        let answer = self.get("/api/session").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["connections"]
            .as_array()
            .expect("an array")
            .clone()
    }
}

/// Returns 32 random bytes in base64url.
fn random() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}
