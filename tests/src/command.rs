//! Runs a command of the app to its end, as a script does: without a terminal.

use std::{
    io::Write as _,
    path::Path,
    process::{Child, Command, Stdio},
};

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
}

/// Runs a command in a folder, with these variables alone and this standard input.
#[must_use]
pub fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Outcome {
    let child = start(folder, arguments, variables, input);
    let output = child.wait_with_output().expect("it can be waited for");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Outcome {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
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
