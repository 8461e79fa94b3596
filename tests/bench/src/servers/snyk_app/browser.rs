//! A browser that signs in to the product.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::header;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::http_client::http_client;

pub(crate) const CLIENT_ID: &str = "8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90";
pub(crate) const CLIENT_SECRET: &str = "snyk_cs_bench";
pub(crate) const SCOPES: &str = "org.read org.project.read";

/// A login attempt, as the page makes it.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) state: String,
    verifier: String,
}

impl Attempt {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            state: random()?,
            verifier: random()?,
        })
    }

    /// Returns the S256 challenge.
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier))
    }
}

fn random() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("no randomness")?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The result of a sign-in.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub(crate) cookie: String,
    pub(crate) connection: String,
    /// How long the request took that finished the login.
    pub(crate) finish_duration: Duration,
}

/// A browser that is not signed in.
#[derive(Debug)]
pub(crate) struct Browser {
    http: Client,
    url: String,
    /// Its address, if it comes through a proxy.
    client: Option<String>,
}

impl Browser {
    pub(crate) fn new(address: SocketAddr, client: Option<String>) -> Self {
        let http = http_client();
        let url = format!("http://localhost:{}", address.port());
        Self { http, url, client }
    }

    /// Signs in at an upstream that takes any code.
    pub(crate) async fn sign_in(&self) -> Result<SignedIn> {
        let attempt = Attempt::new()?;
        let cookie = self.start(&attempt).await?;
        self.finish(&cookie, &json!({ "state": attempt.state, "code": "code" }))
            .await
    }

    /// Registers an attempt, and returns its cookie.
    pub(crate) async fn start(&self, attempt: &Attempt) -> Result<String> {
        let body = json!({ "state": attempt.state, "code_verifier": attempt.verifier });
        cookie(&self.post("/api/login", "", &body).await?)
    }

    /// Sends the parameters of the callback.
    pub(crate) async fn finish(&self, attempt: &str, callback: &Value) -> Result<SignedIn> {
        let sent_at = Instant::now();
        let finished = self.post("/api/connections", attempt, callback).await?;
        let finish_duration = sent_at.elapsed();
        let status = finished.status();
        ensure!(status == 201, "the sign-in was answered with {status}");
        let cookie = cookie(&finished)?;
        let connected: Value = finished.json().await?;
        let connection = connected["connection"]["id"].as_str().context("an id")?;
        Ok(SignedIn {
            cookie,
            connection: connection.to_owned(),
            finish_duration,
        })
    }

    async fn post(&self, path: &str, cookie: &str, body: &Value) -> Result<Response> {
        let mut request = self
            .http
            .post(format!("{}{path}", self.url))
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, cookie)
            .json(body);
        if let Some(client) = &self.client {
            request = request.header("x-forwarded-for", client);
        }
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
