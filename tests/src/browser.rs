//! A real browser without a window, driven through its `WebDriver`: Chromium, or Firefox.

mod console;
mod engine;
mod errors;
mod input;
mod look;

use std::{
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;
use thirtyfour::prelude::*;

use self::{engine::Engine, errors::Errors};
use crate::{client::Attempt, free_port, process::Process};

pub use look::{Colours, DESKTOP, PHONE, TABLET};

/// Timeout for a page to show what a test expects. Test machines can be slow.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A browser window with its own profile. A test ends with [`Browser::close`], which fails if a
/// page had an error that no code handled.
#[derive(Debug)]
pub struct Browser {
    /// The driver, for operations without a method here.
    pub driver: WebDriver,
    engine: Engine,
    errors: Errors,
    is_closed: bool,
    driver_process: Process,
    folder: TempDir,
}

impl Drop for Browser {
    /// Kills the browser, which a killed driver leaves running. Finds it by the path of its
    /// profile.
    fn drop(&mut self) {
        // After a failed test, dropping the driver would try for two minutes to end the session.
        let _ = self.driver.clone().leak();
        let profile = self.folder.path().display().to_string();
        let _ = Command::new("pkill")
            .args(["-KILL", "-f", &profile])
            .status();
        assert!(
            self.is_closed || std::thread::panicking(),
            "a browser was not closed, so nobody looked for errors in its pages"
        );
    }
}

impl Browser {
    /// Opens Chromium with an empty profile.
    pub async fn open() -> Self {
        Self::of(Engine::Chromium).await
    }

    /// Opens Firefox with an empty profile. Methods that simulate input devices or colour schemes
    /// work in Chromium only.
    pub async fn open_firefox() -> Self {
        Self::of(Engine::Firefox).await
    }

    async fn of(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let mut command = engine.driver(port, folder.path());
        let driver_process = Process::start(&mut command, &folder.path().join("driver.log"));
        let capabilities = engine.capabilities(folder.path());
        let deadline = Instant::now() + TIMEOUT;
        let address = format!("http://127.0.0.1:{port}");
        let driver = loop {
            match WebDriver::new(&address, capabilities.clone()).await {
                Ok(driver) => break driver,
                Err(error) => assert!(
                    Instant::now() < deadline,
                    "no browser: {error}\n{}",
                    driver_process.output()
                ),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        Self {
            driver,
            engine,
            errors: Errors::default(),
            is_closed: false,
            driver_process,
            folder,
        }
    }

    /// Navigates to a URL.
    pub async fn go(&self, url: &str) {
        self.driver.goto(url).await.expect("the page loads");
    }

    /// Goes back or forward in the history by a number of entries. The script has answered before
    /// that begins: a navigation to another document would abort it.
    pub async fn go_in_history(&self, entries: i32) {
        self.run(&format!("setTimeout(() => history.go({entries}))"))
            .await;
    }

    /// Clicks the button or link whose text begins with these words.
    pub async fn press(&self, words: &str) {
        let deadline = Instant::now() + TIMEOUT;
        let xpath =
            format!("//*[self::button or self::a][starts-with(normalize-space(.), \"{words}\")]");
        loop {
            // The first that can be clicked: a closed menu may contain the same words.
            for element in self
                .driver
                .find_all(By::XPath(&xpath))
                .await
                .unwrap_or_default()
            {
                if element.is_clickable().await.unwrap_or(false) && element.click().await.is_ok() {
                    return;
                }
            }
            assert!(
                Instant::now() < deadline,
                "nothing to press that begins with “{words}”:\n{}",
                self.what_is_seen().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the page's main heading contains these words.
    pub async fn heading(&self, words: &str) {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            if let Ok(heading) = self.driver.find(By::Tag("h1")).await
                && heading.text().await.unwrap_or_default().contains(words)
            {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "no heading “{words}”:\n{}",
                self.what_is_seen().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until a script returns true. Until then the script may fail, because the elements that
    /// it reads may not exist yet.
    pub async fn until(&self, script: &str) {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let answer = self.try_run(script).await;
            if matches!(answer, Ok(Value::Bool(true))) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "never true, {answer:?} at last: {script}\n{}",
                self.what_is_seen().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Returns the result of a script. A script that throws fails the test.
    pub async fn run(&self, script: &str) -> Value {
        let answer = self.try_run(script).await;
        answer.unwrap_or_else(|error| panic!("{error}, in the script: {script}"))
    }

    async fn try_run(&self, script: &str) -> WebDriverResult<Value> {
        let answer = self.driver.execute(script, Vec::new()).await?;
        Ok(answer.json().clone())
    }

    /// Returns the result of an asynchronous script, which passes it to `done`.
    pub async fn run_async(&self, script: &str) -> Value {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        let answer = self.driver.execute_async(&script, Vec::new()).await;
        answer.expect("the script ends").json().clone()
    }

    /// Returns the page's visible text.
    pub async fn text(&self) -> String {
        // During a navigation there may be no body.
        let text = self.run("return document.body?.innerText ?? ''").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Returns the visible text and the unhandled errors, for a failure message.
    async fn what_is_seen(&self) -> String {
        format!("{}{}", self.text().await, self.errors_in_words().await)
    }

    /// Returns the current URL.
    pub async fn address(&self) -> String {
        self.driver
            .current_url()
            .await
            .map(|url| url.to_string())
            .unwrap_or_default()
    }

    /// Returns everything that a script of the page could read: storages, cookies, URL, history
    /// state and document.
    pub async fn readable(&self) -> String {
        let script = "indexedDB.databases().then(databases => done(JSON.stringify([\
                {...localStorage}, {...sessionStorage}, document.cookie, location.href, \
                history.state, document.documentElement.outerHTML, document.title, window.name, \
                databases])))";
        let answer = self.run_async(script).await;
        answer.as_str().unwrap_or_default().to_owned()
    }

    /// Returns the login attempt of the provider's page, as far as its URL contains it.
    pub async fn attempt(&self) -> Attempt {
        let url = url::Url::parse(&self.address().await).expect("an address");
        let state = url.query_pairs().find(|(name, _)| name == "state");
        Attempt {
            state: state
                .map(|(_, state)| state.into_owned())
                .unwrap_or_default(),
            verifier: String::new(),
            authorize_query: url.query().unwrap_or_default().to_owned(),
        }
    }

    /// Closes the window. Fails if a page had an error that no code handled.
    pub async fn close(mut self) {
        self.assert_no_errors().await;
        self.is_closed = true;
        let _ = self.driver.clone().quit().await;
    }
}
