//! Python, with the packages of `tests/python/requirements.txt`.

use std::process::Command;

use crate::tool_path::variable;

/// Returns a command that runs a program's text.
pub(crate) fn program(text: &str) -> Command {
    let mut command = Command::new(variable("PYTHON"));
    command
        .args(["-c", text])
        .env("PYTHONPATH", variable("PYTHON_PACKAGES_FOR_TESTS"));
    command
}
