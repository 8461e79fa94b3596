//! Collects the unhandled errors of a browser's pages: uncaught errors, panics of the WebAssembly,
//! unhandled promise rejections, and violations of the content security policy.
//!
//! The driver keeps the console messages of all tabs across navigations. They include responses
//! with an error status, which are not an error of a page.

use std::sync::{Mutex, PoisonError};

use thirtyfour::BrowserLogEntry;

use super::Browser;

/// The console level of errors.
const ERROR: &str = "SEVERE";
/// The console source of a failed request. The page may handle the failure.
const NETWORK: &str = "network";

/// The errors of a browser.
#[derive(Debug, Default)]
pub(super) struct Errors(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    found: Vec<String>,
    /// Parts of the messages of expected errors, and whether each has occurred.
    provoked: Vec<(&'static str, bool)>,
}

impl Errors {
    fn with<T>(&self, then: impl FnOnce(&mut Noted) -> T) -> T {
        // The data is consistent even if a thread panicked while holding the lock.
        then(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Noted {
    fn note(&mut self, entry: BrowserLogEntry) {
        if entry.level != ERROR || entry.source.as_deref() == Some(NETWORK) {
            return;
        }
        let mut is_provoked = false;
        for (part, seen) in &mut self.provoked {
            if entry.message.contains(*part) {
                (*seen, is_provoked) = (true, true);
            }
        }
        if !is_provoked {
            self.found.push(entry.message);
        }
    }
}

impl Browser {
    /// Expects errors that contain these words. At least one must have occurred by the end of the
    /// test, and none of them is counted as a failure.
    pub fn provokes(&self, part: &'static str) {
        self.errors.with(|noted| noted.provoked.push((part, false)));
    }

    /// Returns the errors so far and clears them.
    pub async fn take_errors(&self) -> Vec<String> {
        self.note_errors().await;
        self.errors.with(|noted| std::mem::take(&mut noted.found))
    }

    /// Returns the errors so far as a paragraph for a failure message; empty if there are none.
    pub(super) async fn errors_in_words(&self) -> String {
        self.note_errors().await;
        self.errors.with(|noted| match noted.found.as_slice() {
            [] => String::new(),
            found => format!("\nuncaught in the page:\n{}", found.join("\n")),
        })
    }

    /// Fails if an unexpected error occurred, or an expected one did not.
    pub(super) async fn assert_no_errors(&self) {
        let found = self.take_errors().await;
        assert!(
            found.is_empty(),
            "uncaught in the page:\n{}",
            found.join("\n")
        );
        let unseen = self.errors.with(|noted| {
            let unseen = noted.provoked.iter().filter(|(_, seen)| !seen);
            unseen.map(|(part, _)| *part).collect::<Vec<_>>()
        });
        assert!(
            unseen.is_empty(),
            "errors were to be provoked, and there were none: {unseen:?}"
        );
    }

    async fn note_errors(&self) {
        let log = self.driver.browser_log().await;
        let log = log.unwrap_or_else(|error| panic!("what the page logged is not known: {error}"));
        self.errors
            .with(|noted| log.into_iter().for_each(|entry| noted.note(entry)));
    }
}
