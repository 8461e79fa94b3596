//! Runs the real sandbox as a process, with access to its faults and records.

use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    client::{Attempt, Callback},
    process::{Process, binary},
    registration::{CLIENT_ID, CLIENT_SECRET, SCOPES},
};

/// A running sandbox.
#[derive(Debug)]
pub struct Sandbox {
    /// The base URL, without a trailing slash.
    pub url: String,
    process: Process,
    _folder: TempDir,
    http: reqwest::Client,
}

impl Sandbox {
    /// Starts a sandbox with an app registered on `app_port`.
    pub async fn start(app_port: u16, flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let redirect_uri = format!("http://localhost:{app_port}/callback");
        let mut command = Command::new(binary("SNYK_SANDBOX_BIN", "snyk-sandbox"));
        command
            .args([
                "--listen",
                "127.0.0.1:0",
                "--app-name",
                "Fathom",
                "--client-id",
                CLIENT_ID,
            ])
            .args([
                "--client-secret",
                CLIENT_SECRET,
                "--redirect-uri",
                &redirect_uri,
            ])
            .args(["--scopes", SCOPES])
            .args(flags);
        let log = folder.path().join("output.log");
        let (process, url) = Process::listening(&mut command, &log, "sandbox listening on ").await;
        Self {
            url,
            process,
            _folder: folder,
            http: crate::client::http(),
        }
    }

    /// Sends a signal, named without `SIG`.
    pub fn signal(&self, name: &str) {
        self.process.signal(name);
    }

    /// Waits for the end and returns the exit code.
    pub async fn exit_code(&mut self) -> Option<i32> {
        self.process.exit_code().await
    }

    /// Decides on the consent page, for instance `("group", "allow")`, and returns the callback.
    pub async fn consent(&self, attempt: &Attempt, choice: &str, decision: &str) -> Callback {
        let body =
            json!({ "query": attempt.authorize_query, "choice": choice, "decision": decision });
        let answer = self.post("authorize", &body).await;
        Callback::of_location(answer["location"].as_str().expect("a location"))
    }

    /// Allows access to everything as the person with an email address, in the context of a user.
    /// Returns the callback, and the person's id at the provider.
    pub async fn consent_of(&self, attempt: &Attempt, person: &str) -> (Callback, String) {
        let body = json!({ "query": attempt.authorize_query, "person": person });
        let answer = self.post("authorize", &body).await;
        let text = |name: &str| answer[name].as_str().expect("a text");
        let callback = Callback::of_location(text("location"));
        (callback, text("user_id").to_owned())
    }

    /// Adds a fault.
    pub async fn fault(&self, rule: Value) {
        self.post("faults", &rule).await;
    }

    /// Removes all faults.
    pub async fn heal(&self) {
        let request = self.http.delete(self.control("faults"));
        assert!(
            request
                .send()
                .await
                .expect("the sandbox answers")
                .status()
                .is_success()
        );
    }

    /// Expires every access token: all of them are answered with 401 from now on.
    pub async fn expire_access_tokens(&self) {
        self.post("expire", &json!({ "access": true })).await;
    }

    /// Changes settings.
    pub async fn set(&self, settings: Value) {
        let request = self.http.put(self.control("settings")).json(&settings);
        assert!(
            request
                .send()
                .await
                .expect("the sandbox answers")
                .status()
                .is_success()
        );
    }

    /// Returns a counter of the sandbox.
    pub async fn count(&self, name: &str) -> u64 {
        let stats = self.get("stats").await;
        stats[name]
            .as_u64()
            .unwrap_or_else(|| panic!("no counter {name} in {stats}"))
    }

    /// Returns every recorded request.
    pub async fn requests(&self) -> Vec<Value> {
        self.get("requests")
            .await
            .as_array()
            .expect("an array")
            .clone()
    }

    /// Returns the recorded requests to the OAuth endpoints after that number.
    pub async fn oauth_requests(&self, since: u64) -> Vec<Value> {
        let path = format!("requests?since={since}&path=/oauth2/");
        let requests = self.get(&path).await;
        requests.as_array().expect("an array").clone()
    }

    /// Returns the number of requests whose path begins with `path`, whatever their response.
    pub async fn seen(&self, path: &str) -> usize {
        let requests = self.requests().await;
        requests
            .iter()
            .filter(|r| r["path"].as_str().is_some_and(|p| p.starts_with(path)))
            .count()
    }

    /// Returns every secret that the sandbox has issued.
    pub async fn secrets(&self) -> Vec<String> {
        let secrets = self.get("secrets").await;
        let secrets = secrets.as_array().expect("an array").iter();
        secrets
            .map(|secret| secret.as_str().expect("a string").to_owned())
            .collect()
    }

    fn control(&self, what: &str) -> String {
        format!("{}/_sandbox/{what}", self.url)
    }

    async fn get(&self, what: &str) -> Value {
        let answer = self
            .http
            .get(self.control(what))
            .send()
            .await
            .expect("the sandbox answers");
        answer.json().await.expect("JSON")
    }

    async fn post(&self, what: &str, body: &Value) -> Value {
        let request = self.http.post(self.control(what)).json(body);
        let answer = request.send().await.expect("the sandbox answers");
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        assert!(status.is_success(), "{what}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}
