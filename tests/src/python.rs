//! Python, with the packages of `tests/python/requirements.txt`.

use std::{path::PathBuf, process::Command};

/// Returns a command that runs a program's text.
pub(crate) fn program(text: &str) -> Command {
    let mut command = Command::new(variable("PYTHON"));
    command
        .args(["-c", text])
        .env("PYTHONPATH", variable("PYTHON_PACKAGES_FOR_TESTS"));
    command
}

#[expect(
    clippy::disallowed_methods,
    reason = "the task runner says where it installed them"
)]
fn variable(name: &str) -> PathBuf {
    let value = std::env::var_os(name);
    value
        .unwrap_or_else(|| panic!("{name} is not set: run `cargo xtask test`"))
        .into()
}
