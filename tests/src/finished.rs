//! Runs a command of the app to its end.

use std::process::{Command, Stdio};

use serde_json::Value;

/// What a command printed, and its exit code.
#[derive(Debug)]
pub struct Finished {
    /// The exit code; `None` if a signal killed it.
    pub code: Option<i32>,
    /// The standard output.
    pub stdout: String,
    /// The standard error.
    pub stderr: String,
}

impl Finished {
    /// Runs a command. A thread of its own waits for it, so that the test goes on.
    pub async fn of(mut command: Command) -> Self {
        let run = move || command.stdin(Stdio::null()).output();
        let output = tokio::task::spawn_blocking(run).await;
        let output = output.expect("no panic").expect("the binary starts");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Returns the standard output as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }
}
