//! Runs a command of the app to its end, as a script does: without a terminal.

use std::{
    io::Write as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

use crate::app::program;

/// The outcome of a command.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; `None` if a signal killed it.
    pub code: Option<i32>,
    /// What it printed on standard output.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
}

impl Outcome {
    /// Returns everything that it printed.
    #[must_use]
    pub fn output(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Returns the standard output as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.output()))
    }

    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// Runs a command such as that of [`App::command`](crate::app::App::command), with nothing to read.
/// A thread of its own waits for it, so that the test goes on.
pub async fn finish(mut command: Command) -> Outcome {
    let run = move || command.stdin(Stdio::null()).output();
    let output = tokio::task::spawn_blocking(run).await;
    Outcome::of(output.expect("no panic").expect("the binary starts"))
}

/// Runs a command in a folder, with these variables alone and this standard input.
#[must_use]
pub fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Outcome {
    let child = start(folder, arguments, variables, input);
    Outcome::of(child.wait_with_output().expect("it can be waited for"))
}

/// Starts a command like [`run`], and returns the running process.
#[must_use]
pub fn start(folder: &Path, arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Child {
    let mut child = Command::new(program())
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A program that does not read its input may have closed it.
    let _ = stdin.write_all(input.as_bytes());
    child
}
