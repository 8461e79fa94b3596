//! The real app, started and signed in.

use std::{
    net::SocketAddr,
    path::Path,
    process::Command,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use http::header;
use reqwest::{Client, Response};
use serde_json::{Value, json};

/// Number of attempts so far.
static ATTEMPTS: AtomicU64 = AtomicU64::new(0);

pub(crate) struct Session {
    pub(crate) cookie: String,
    pub(crate) connection: String,
    /// How long the request took that finished the login.
    pub(crate) finish_duration: Duration,
}

/// A browser that is not signed in.
pub(crate) struct Browser {
    client: Client,
    address: SocketAddr,
}

/// Returns the command of `snyk-app serve` as an operator runs it, except for the rate limits,
/// which would otherwise dominate the measurement.
pub(crate) fn command(
    program: &Path,
    address: SocketAddr,
    upstream: &str,
    folder: &Path,
) -> Command {
    let mut command = Command::new(program);
    command.arg("serve").current_dir(folder).env_clear().envs([
        ("CLIENT_ID", "8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90"),
        ("CLIENT_SECRET", "snyk_cs_secret"),
        ("SCOPES", "org.read org.project.read"),
        ("ENCRYPTION_SECRET", "0123456789abcdef0123456789abcdef"),
        ("SNYK_API_URL", upstream),
        ("SNYK_APP_URL", upstream),
        ("FRONTEND_DIR", ""),
        ("RATE_LIMITS", "off"),
    ]);
    let public = format!("http://localhost:{}", address.port());
    command
        .env("REDIRECT_URI", format!("{public}/callback"))
        .env("PUBLIC_URL", public)
        .env("LISTEN", address.to_string());
    command
}

impl Browser {
    pub(crate) fn new(address: SocketAddr) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the rule is the backend's")]
        let client = Client::new();
        Self { client, address }
    }

    /// Signs in as a browser does.
    pub(crate) async fn connect(&self) -> Result<Session> {
        let verifier = "v".repeat(43);
        // A state is accepted once.
        let number = ATTEMPTS.fetch_add(1, Ordering::Relaxed);
        let state = format!("{number:0>42}A");
        let start = json!({ "state": state, "code_verifier": verifier });
        let started = self.post("/api/login", "", &start).await?;
        let attempt = cookie(&started)?;
        let finish = json!({ "state": state, "code": "code" });
        let sent_at = Instant::now();
        let finished = self.post("/api/connections", &attempt, &finish).await?;
        let finish_duration = sent_at.elapsed();
        let cookie = cookie(&finished)?;
        ensure!(
            finished.status() == 201,
            "the sign-in failed: {}",
            finished.status()
        );
        let connected: Value = finished.json().await?;
        let connection = connected["connection"]["id"].as_str().context("an id")?;
        Ok(Session {
            cookie,
            connection: connection.to_owned(),
            finish_duration,
        })
    }

    async fn post(&self, path: &str, cookie: &str, body: &Value) -> Result<Response> {
        let request = self
            .client
            .post(format!("http://localhost:{}{path}", self.address.port()))
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, cookie)
            .json(body);
        Ok(request.send().await?)
    }
}

fn cookie(answer: &Response) -> Result<String> {
    let set = answer
        .headers()
        .get(header::SET_COOKIE)
        .with_context(|| format!("no cookie was set: {}", answer.status()))?
        .to_str()?;
    Ok(set.split(';').next().unwrap_or_default().to_owned())
}
