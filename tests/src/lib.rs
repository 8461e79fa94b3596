//! The test bed: start the real sandbox and the real app as processes on free ports, act as a
//! browser does, leave nothing behind.
//!
//! It knows the binaries and their contracts, and links nothing of the product, so that it cannot
//! share a mistake with it. Where the binaries are, `cargo xtask test` says by `SNYK_APP_BIN`,
//! `SNYK_SANDBOX_BIN` and `FRONTEND_DIR_FOR_TESTS`; where programs of npm's are, by `NODE` and
//! `NODE_MODULES_FOR_TESTS`.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test bed fails by panicking, with the reason in the message"
)]

pub mod app;
pub mod between;
pub mod browser;
pub mod client;
pub mod foreign;
pub mod line;
pub mod npm;
mod port;
pub mod prism;
mod process;
pub mod sandbox;
pub mod small_disk;
pub mod tls;

use app::App;
use client::Client;
pub use port::free_port;
use sandbox::Sandbox;
use serde_json::Value;

/// A sandbox and an app that knows it.
#[derive(Debug)]
pub struct Bed {
    /// The provider.
    pub sandbox: Sandbox,
    /// The app.
    pub app: App,
}

impl Bed {
    /// Both with their defaults.
    pub async fn start() -> Self {
        Self::with(&[], &[]).await
    }

    /// With flags for the sandbox and variables for the app.
    pub async fn with(sandbox: &[&str], variables: &[(&str, &str)]) -> Self {
        let port = free_port();
        let sandbox = Sandbox::start(port, sandbox).await;
        let app = App::start(port, &sandbox.url, variables).await;
        Self { sandbox, app }
    }

    /// A browser that has just been opened.
    #[must_use]
    pub fn browser(&self) -> Client {
        Client::new(&self.app.url)
    }

    /// A browser that has connected, and its connection.
    pub async fn connected(&self) -> (Client, Value) {
        let mut browser = self.browser();
        let connection = self.connect(&mut browser).await;
        (browser, connection)
    }

    /// Connects the group in a browser; the connection.
    pub async fn connect(&self, browser: &mut Client) -> Value {
        let answer = self.finish_after_consent(browser, "group").await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["connection"].clone()
    }

    /// From login start over consent to the exchange's answer.
    pub async fn finish_after_consent(&self, browser: &mut Client, choice: &str) -> client::Answer {
        let attempt = browser.start_login(Some("/")).await;
        let callback = self.sandbox.consent(&attempt, choice, "allow").await;
        browser.finish(&callback).await
    }
}
