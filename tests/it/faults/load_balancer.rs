//! The way of a request to the servers: to one at random, and to another one if that has no answer.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use reqwest::{Method, header::HOST};
use serde_json::Value;
use tests::client::{Answer, Client};
use tokio::time::sleep;

use super::{schedule::Dice, tally::Tally};

/// How long one server is waited for.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// Until when some server must have answered. It only ends a run that hangs.
const PATIENCE: Duration = Duration::from_mins(3);
/// The delay before the next try, in milliseconds.
const DELAY: std::ops::Range<u64> = 50..300;

/// A request of a person.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Value>,
}

impl Request {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            body: None,
        }
    }

    pub(super) fn post(path: impl Into<String>, body: Value) -> Self {
        Self {
            method: Method::POST,
            path: path.into(),
            body: Some(body),
        }
    }
}

/// What leads to the servers. They see the name that people open, as behind a real one.
pub(super) struct LoadBalancer {
    nodes: Vec<String>,
    host: String,
    /// Its connections serve all people, one after the other.
    shared: Client,
    dice: Mutex<Dice>,
    pub(super) tally: Tally,
}

impl LoadBalancer {
    pub(super) fn new(public_url: &str, nodes: Vec<String>) -> Self {
        Self {
            nodes,
            host: public_url.strip_prefix("http://").unwrap().to_owned(),
            shared: Client::new(public_url),
            dice: Mutex::new(Dice::new(getrandom::u64().unwrap())),
            tally: Tally::default(),
        }
    }

    /// Returns a browser without cookies.
    pub(super) fn browser(&self) -> Client {
        self.shared.clone()
    }

    /// Sends a request to servers at random, until one has an answer other than that it cannot serve
    /// at the moment.
    pub(super) async fn send(&self, browser: &mut Client, request: &Request) -> Answer {
        let began = Instant::now();
        let count = self.nodes.len();
        let mut node = self.dice.lock().unwrap().index(count);
        loop {
            if let Some(answer) = self.send_to(node, browser, request).await {
                self.tally.answered(&request.path, began.elapsed());
                return answer;
            }
            let waited = began.elapsed();
            assert!(waited < PATIENCE, "no answer: {}", request.path);
            let delay = {
                let mut dice = self.dice.lock().unwrap();
                // One of the others.
                node = (node + 1 + dice.index(count - 1)) % count;
                dice.milliseconds(DELAY)
            };
            sleep(delay).await;
        }
    }

    /// Sends a request to one server. Returns `None` if it does not answer, or cannot serve.
    async fn send_to(
        &self,
        node: usize,
        browser: &mut Client,
        request: &Request,
    ) -> Option<Answer> {
        let mut there = browser.clone();
        there.url.clone_from(&self.nodes[node]);
        let mut sent = there
            .request(request.method.clone(), &request.path)
            .header(HOST, &self.host)
            .timeout(ANSWER_TIMEOUT);
        if let Some(body) = &request.body {
            sent = sent.json(body);
        }
        match there.try_send(sent).await {
            Err(error) => {
                self.tally.count(if error.is_timeout() {
                    "no answer in time"
                } else if error.is_connect() {
                    "not reached"
                } else {
                    "broken off"
                });
                None
            }
            Ok(answer) => {
                browser.cookies = there.cookies;
                self.is_final(request, &answer).then_some(answer)
            }
        }
    }

    /// Counts an answer. Returns whether it is not to be tried again.
    fn is_final(&self, request: &Request, answer: &Answer) -> bool {
        let (path, status, text) = (&request.path, answer.status, &answer.text);
        let body: Value = serde_json::from_str(text).unwrap_or_default();
        // Snyk's own answer, passed on: a token of two seconds ended on its way, and so did the one that
        // replaced it. A server without processor time cannot avoid that.
        let is_of_snyk = status == 401 && body["errors"].is_array() && body["code"].is_null();
        let what = match body["code"].as_str() {
            _ if is_of_snyk => "401 of Snyk".to_owned(),
            Some(code) if status >= 300 => format!("{status} {code}"),
            _ => status.to_string(),
        };
        self.tally.count(&what);
        if status == 503 && answer.header("retry-after").parse::<u64>().is_err() {
            let violation = format!("{path}: 503 without Retry-After: {text}");
            self.tally.violated(violation);
        }
        status != 503 && !is_of_snyk
    }

    /// Sends a request to one server until it has an answer.
    pub(super) async fn send_to_node(
        &self,
        node: usize,
        browser: &mut Client,
        request: &Request,
    ) -> Answer {
        let began = Instant::now();
        loop {
            if let Some(answer) = self.send_to(node, browser, request).await {
                return answer;
            }
            assert!(began.elapsed() < PATIENCE, "no answer: {}", request.path);
            sleep(Duration::from_millis(200)).await;
        }
    }
}
