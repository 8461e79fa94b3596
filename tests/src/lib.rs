//! The test bed: starts the real sandbox and the real app as processes on free ports, simulates a
//! browser, and leaves nothing behind.
//!
//! The test bed knows only the programs and their interfaces and links none of their code, so that
//! it cannot share a mistake with the product. `cargo xtask test` passes the locations of the
//! programs in `SNYK_APP_BIN`, `SNYK_SANDBOX_BIN` and `FRONTEND_DIR_FOR_TESTS`, and those of npm
//! programs in `NODE` and `NODE_MODULES_FOR_TESTS`, those of Python in `PYTHON` and
//! `PYTHON_PACKAGES_FOR_TESTS`, nginx and the page for it in `NGINX` and
//! `STATIC_PAGE_FOR_TESTS`, and the npm package with its examples in `EXAMPLES_FOR_TESTS`.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test bed fails by panicking, with the reason in the message"
)]

pub mod app;
pub mod browser;
pub mod client;
pub mod collector;
pub mod command;
pub mod contract;
pub mod dotenv;
pub mod examples;
pub mod foreign;
pub mod gateway;
pub mod load;
pub mod npm;
mod port;
pub mod prism;
mod process;
pub mod python;
pub mod raw_answer;
pub mod registered;
pub mod registration;
pub mod sandbox;
pub mod sarif;
pub mod small_disk;
pub mod sqlite;
pub mod static_host;
pub mod tcp_proxy;
pub mod terminal;
pub mod tls;
mod tool_path;

use app::App;
use client::Client;
pub use port::free_port;
use sandbox::Sandbox;
use serde_json::Value;

/// A sandbox and an app that is registered at it.
#[derive(Debug)]
pub struct Bed {
    /// The provider.
    pub sandbox: Sandbox,
    /// The app.
    pub app: App,
}

impl Bed {
    /// Starts both with their defaults.
    pub async fn start() -> Self {
        Self::with(&[], &[]).await
    }

    /// Starts both, with flags for the sandbox and variables for the app.
    pub async fn with(sandbox: &[&str], variables: &[(&str, &str)]) -> Self {
        let port = free_port();
        let sandbox = Sandbox::start(port, sandbox).await;
        let app = App::start(port, &sandbox.url, variables).await;
        Self { sandbox, app }
    }

    /// Returns a new browser.
    #[must_use]
    pub fn browser(&self) -> Client {
        Client::new(&self.app.url)
    }

    /// Returns a browser that has connected, and its connection.
    pub async fn connected(&self) -> (Client, Value) {
        let mut browser = self.browser();
        let connection = self.connect(&mut browser).await;
        (browser, connection)
    }

    /// Connects the group in a browser and returns the connection.
    pub async fn connect(&self, browser: &mut Client) -> Value {
        let answer = self.finish_after_consent(browser, "group").await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["connection"].clone()
    }

    /// Runs a login from its start through consent, and returns the response of the exchange.
    pub async fn finish_after_consent(&self, browser: &mut Client, choice: &str) -> client::Answer {
        let attempt = browser.start_login(Some("/")).await;
        let callback = self.sandbox.consent(&attempt, choice, "allow").await;
        browser.finish(&callback).await
    }
}
