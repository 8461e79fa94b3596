//! Python, with the packages of `tests/python/requirements.txt`.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use crate::tool_path::variable;

/// Returns a command that runs a program's text.
pub(crate) fn program(text: &str) -> Command {
    let mut command = Command::new(variable("PYTHON"));
    command
        .args(["-c", text])
        .env("PYTHONPATH", variable("PYTHON_PACKAGES_FOR_TESTS"));
    command
}

/// Returns a command that runs schemathesis, which sends requests by an `OpenAPI` document and holds
/// the answers against it. It works in a folder, where it leaves files.
#[must_use]
pub fn schemathesis(folder: &Path) -> Command {
    let mut command = Command::new(variable("PYTHON"));
    command
        .args(["-m", "schemathesis.cli"])
        .current_dir(folder)
        .env("PYTHONPATH", variable("PYTHON_PACKAGES_FOR_TESTS"))
        // Neither the person's own settings nor colours belong into a test's output.
        .env_remove("SCHEMATHESIS_HOOKS")
        .env("NO_COLOR", "1");
    command
}

/// Reads comma-separated values with Python's `csv`.
///
/// # Panics
///
/// If Python does not read it.
#[must_use]
pub fn csv(text: &str) -> Vec<Vec<String>> {
    let read = "import csv, io, json, sys; \
                text = sys.stdin.buffer.read().decode(); \
                print(json.dumps(list(csv.reader(io.StringIO(text, newline='')))))";
    let mut python = program(read)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut input = python.stdin.take().expect("an input");
    input.write_all(text.as_bytes()).expect("Python reads");
    drop(input);
    let output = python.wait_with_output().expect("an output");
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}
