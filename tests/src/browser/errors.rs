//! Collects the unhandled errors of a browser's pages: uncaught errors, panics of the WebAssembly,
//! unhandled promise rejections, and violations of the content security policy.
//!
//! The driver of Chromium keeps the console messages of all tabs across navigations. They include
//! responses with an error status, which are not an error of a page. Firefox writes uncaught errors to
//! the output of its driver.

use std::sync::{Mutex, PoisonError};

use thirtyfour::BrowserLogEntry;

/// The console level of errors.
const ERROR: &str = "SEVERE";
/// The console source of a failed request. The page may handle the failure.
const NETWORK: &str = "network";
/// The beginning of the lines that Firefox writes for uncaught errors of pages. Its own scripts have
/// addresses of another scheme.
const FIREFOX_ERROR: &str = "JavaScript error: http";

/// The errors of a browser.
#[derive(Debug, Default)]
pub(super) struct Errors(Mutex<Noted>);

#[derive(Debug, Default)]
pub(super) struct Noted {
    pub(super) found: Vec<String>,
    /// Parts of the messages of expected errors, and whether each has occurred.
    pub(super) provoked: Vec<(&'static str, bool)>,
    /// Number of lines of the driver's output that have been read.
    lines: usize,
}

impl Errors {
    pub(super) fn with<T>(&self, then: impl FnOnce(&mut Noted) -> T) -> T {
        // The data is consistent even if a thread panicked while holding the lock.
        then(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Noted {
    pub(super) fn note(&mut self, entry: BrowserLogEntry) {
        if entry.level != ERROR || entry.source.as_deref() == Some(NETWORK) {
            return;
        }
        self.note_message(entry.message);
    }

    /// Notes the errors in the output of Firefox's driver.
    pub(super) fn note_output(&mut self, output: &str) {
        let new = output.lines().skip(self.lines).map(ToOwned::to_owned);
        for line in new.collect::<Vec<_>>() {
            self.lines += 1;
            if line.starts_with(FIREFOX_ERROR) {
                self.note_message(line);
            }
        }
    }

    fn note_message(&mut self, message: String) {
        let mut is_provoked = false;
        for (part, seen) in &mut self.provoked {
            if message.contains(*part) {
                (*seen, is_provoked) = (true, true);
            }
        }
        if !is_provoked {
            self.found.push(message);
        }
    }
}
