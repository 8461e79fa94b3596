//! An independent authorization server, npm's `oidc-provider`, as a process.

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    app::App,
    client::{Attempt, Callback, Client},
    free_port, npm,
    process::Process,
    registration::{CLIENT_ID, CLIENT_SECRET, SCOPES},
};

/// The running server.
#[derive(Debug)]
pub struct ForeignProvider {
    /// The base URL, without a trailing slash.
    pub url: String,
    _process: Process,
    _folder: TempDir,
}

impl ForeignProvider {
    /// Starts the server and an app; each is configured with the other.
    pub async fn with_app() -> (Self, App) {
        let port = free_port();
        let redirect_uri = format!("http://localhost:{port}/callback");
        let provider = Self::start(&redirect_uri, "client_secret_post").await;
        let app = App::start(port, &provider.url, &[]).await;
        (provider, app)
    }

    /// Starts the server with one client, which authenticates itself by `auth_method` of `OpenID`
    /// Connect.
    pub async fn start(redirect_uri: &str, auth_method: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = npm::script("provider.mjs", folder.path());
        command.env_clear().envs([
            ("CLIENT_ID", CLIENT_ID),
            ("CLIENT_SECRET", CLIENT_SECRET),
            ("SCOPES", SCOPES),
            ("REDIRECT_URI", redirect_uri),
            ("AUTH_METHOD", auth_method),
        ]);
        let log = folder.path().join("output.log");
        let (process, url) = Process::listening(&mut command, &log, "provider listening on ").await;
        Self {
            url,
            _process: process,
            _folder: folder,
        }
    }

    /// Follows the authorization request URL as a browser does; the provider signs in and consents
    /// by itself.
    pub async fn authorize(&self, attempt: &Attempt) -> Callback {
        let mut browser = Client::of_another(&self.url);
        let mut path = format!("/oauth2/authorize?{}", attempt.authorize_query);
        loop {
            let request = browser.bare(reqwest::Method::GET, &path);
            let answer = browser.send(request).await;
            let location = answer.header("location");
            assert!(
                !location.is_empty(),
                "{path}: {} {}",
                answer.status,
                answer.text
            );
            // A redirect within the provider, absolute or relative; otherwise back to the app.
            let within = location.strip_prefix(&self.url).unwrap_or(location);
            if !within.starts_with('/') {
                return Callback::of_location(location);
            }
            path = within.to_owned();
        }
    }

    /// Returns the events in order: `authorization.success`, `grant.success`, `grant.revoked`,
    /// errors.
    pub async fn seen(&self) -> Vec<String> {
        let answer = Client::of_another(&self.url)
            .get("/_test/seen")
            .await
            .json();
        let seen = answer.as_array().expect("an array").iter();
        seen.map(|event| event.as_str().expect("a word").to_owned())
            .collect()
    }

    /// Expires every access token; refresh tokens stay valid.
    pub async fn expire_access_tokens(&self) {
        self.tell("/_test/expire").await;
    }

    /// Revokes every grant, as if a person had removed the app.
    pub async fn end_grants(&self) {
        self.tell("/_test/end").await;
    }

    async fn tell(&self, path: &str) {
        let answer = Client::of_another(&self.url).post(path, &Value::Null).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}
