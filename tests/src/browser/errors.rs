//! What went wrong in a browser's pages without being told there: uncaught errors, panics of the
//! WebAssembly, promises rejected without anybody to handle it, breaches of the page's policy.
//!
//! The driver keeps what the console shows, of all tabs and over all navigations. Answers with an
//! error status are in it too, which are no fault of a page.

use std::sync::{Mutex, PoisonError};

use thirtyfour::BrowserLogEntry;

use super::Browser;

/// What the console says at this level.
const ERROR: &str = "SEVERE";
/// A request that failed; what the page makes of it is another matter.
const NETWORK: &str = "network";

/// The errors of a browser.
#[derive(Debug, Default)]
pub(super) struct Errors(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    found: Vec<String>,
    /// Parts of those that a test provokes, and whether each was seen.
    provoked: Vec<(&'static str, bool)>,
}

impl Errors {
    fn with<T>(&self, then: impl FnOnce(&mut Noted) -> T) -> T {
        // Whoever panicked meanwhile left it whole.
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
    /// Errors with these words are what this test is about: there has to be one by the end, and
    /// none of them is counted.
    pub fn provokes(&self, part: &'static str) {
        self.errors.with(|noted| noted.provoked.push((part, false)));
    }

    /// The errors so far, which are then forgotten.
    pub async fn take_errors(&self) -> Vec<String> {
        self.note_errors().await;
        self.errors.with(|noted| std::mem::take(&mut noted.found))
    }

    /// The errors so far as a paragraph for a message; nothing when there are none.
    pub(super) async fn errors_in_words(&self) -> String {
        self.note_errors().await;
        self.errors.with(|noted| match noted.found.as_slice() {
            [] => String::new(),
            found => format!("\nuncaught in the page:\n{}", found.join("\n")),
        })
    }

    /// Fails if anything went wrong, or if nothing did where a test provokes it.
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
