//! Collects the unhandled errors of a browser's pages: uncaught errors, panics of the WebAssembly,
//! unhandled promise rejections, and violations of the content security policy.
//!
//! The driver keeps the console messages of all tabs across navigations. They include responses
//! with an error status, which are not an error of a page.

use std::sync::{Mutex, PoisonError};

use thirtyfour::BrowserLogEntry;

/// The console level of errors.
const ERROR: &str = "SEVERE";
/// The console source of a failed request. The page may handle the failure.
const NETWORK: &str = "network";

/// The errors of a browser.
#[derive(Debug, Default)]
pub(super) struct Errors(Mutex<Noted>);

#[derive(Debug, Default)]
pub(super) struct Noted {
    pub(super) found: Vec<String>,
    /// Parts of the messages of expected errors, and whether each has occurred.
    pub(super) provoked: Vec<(&'static str, bool)>,
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
