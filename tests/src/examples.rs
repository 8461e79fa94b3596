//! The npm package and the pages of its examples, as the task runner has built them.

use std::{path::PathBuf, process::Command};

use crate::tool_path::variable;

/// Returns the folder of the npm package.
#[must_use]
pub fn package() -> PathBuf {
    folder().join("snyk-app-login")
}

/// Returns the folder of the page without a build step.
#[must_use]
pub fn page() -> PathBuf {
    folder().join("page")
}

/// Returns the folder of the page that Vite has built.
#[must_use]
pub fn react() -> PathBuf {
    folder().join("react/dist")
}

/// Returns a command of Node.js.
#[must_use]
pub fn node() -> Command {
    Command::new(variable("NODE"))
}

/// Returns a command of the TypeScript compiler.
#[must_use]
pub fn typescript() -> Command {
    let mut command = node();
    command.arg(folder().join("node_modules/typescript/bin/tsc"));
    command
}

fn folder() -> PathBuf {
    variable("EXAMPLES_FOR_TESTS")
}
