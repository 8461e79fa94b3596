//! The sandbox, and consent at it without a page.

use std::{collections::BTreeMap, net::SocketAddr, path::Path, process::Command};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use url::{Url, form_urlencoded::Serializer};

use crate::{
    http_client::http_client,
    process::Server,
    programs,
    servers::snyk_app::{Attempt, CLIENT_ID, CLIENT_SECRET, SCOPES},
};

/// A running sandbox with the app registered.
#[derive(Debug)]
pub(crate) struct Sandbox {
    address: SocketAddr,
    _server: Server,
}

impl Sandbox {
    /// Starts one with further flags.
    pub(crate) async fn start(
        address: SocketAddr,
        app: SocketAddr,
        folder: &Path,
        flags: &[&str],
    ) -> Result<Self> {
        let mut server = Server::start(
            Command::new(programs::sandbox()?)
                .args(["--listen", &address.to_string()])
                .args(["--client-id", CLIENT_ID, "--client-secret", CLIENT_SECRET])
                .args(["--redirect-uri", &redirect_uri(app)])
                .args(["--scopes", SCOPES])
                .args(flags),
            &folder.join("sandbox.log"),
        )?;
        server.listens(address).await.context("the sandbox")?;
        Ok(Self {
            address,
            _server: server,
        })
    }

    /// Returns what decides on its consent pages.
    pub(crate) fn control(&self) -> Control {
        Control {
            http: http_client(),
            url: format!("http://{}/_sandbox/authorize", self.address),
        }
    }
}

/// Decides on consent pages.
#[derive(Debug)]
pub(crate) struct Control {
    http: reqwest::Client,
    url: String,
}

impl Control {
    /// Allows an authorization request, as the person with that email address if one is given, and
    /// returns the parameters of the callback.
    pub(crate) async fn consent(
        &self,
        attempt: &Attempt,
        app: SocketAddr,
        person: Option<&str>,
    ) -> Result<Value> {
        let query = query(attempt, app);
        let body = json!({ "query": query, "choice": "group", "decision": "allow",
            "person": person });
        let answer = self.http.post(&self.url).json(&body).send().await?;
        let answer: Value = answer.error_for_status()?.json().await?;
        callback(answer["location"].as_str().context("no location")?)
    }
}

fn redirect_uri(app: SocketAddr) -> String {
    format!("http://localhost:{}/callback", app.port())
}

fn query(attempt: &Attempt, app: SocketAddr) -> String {
    Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", CLIENT_ID)
        .append_pair("redirect_uri", &redirect_uri(app))
        .append_pair("scope", SCOPES)
        .append_pair("state", &attempt.state)
        .append_pair("code_challenge", &attempt.challenge())
        .append_pair("code_challenge_method", "S256")
        .finish()
}

/// Returns the parameters of a redirect, as the page sends them.
fn callback(location: &str) -> Result<Value> {
    let url = Url::parse(location)?;
    let parameters: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    Ok(json!(parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_of_a_callback_are_an_object() {
        let location = "http://localhost:3000/callback?code=a%2Bb&state=s&instance=api.snyk.io";
        assert_eq!(
            callback(location).unwrap(),
            json!({ "code": "a+b", "state": "s", "instance": "api.snyk.io" })
        );
        assert!(callback("/callback").is_err());
    }
}
