//! Reads the errors of a browser from its console.

use super::{Browser, engine::Engine};

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
        if self.engine == Engine::Firefox {
            let output = self.driver_process.output();
            return self.errors.with(|noted| noted.note_output(&output));
        }
        let log = self.driver.browser_log().await;
        let log = log.unwrap_or_else(|error| panic!("what the page logged is not known: {error}"));
        self.errors
            .with(|noted| log.into_iter().for_each(|entry| noted.note(entry)));
    }
}
