//! Independent programs from npm. `tests/npm/` defines which, and their versions.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::tool_path::variable;

/// Returns the path of a file of an installed package.
#[must_use]
pub fn file(path: &str) -> PathBuf {
    variable("NODE_MODULES_FOR_TESTS").join(path)
}

/// Returns a Node.js command that runs a program of an installed package.
pub(crate) fn program(path: &str) -> Command {
    let mut command = Command::new(variable("NODE"));
    command.arg(file(path));
    command
}

/// Returns a Node.js command that runs a script of `tests/npm/`, which may import installed
/// packages. Node.js looks up packages next to the script, so the script runs from a folder that
/// contains both.
pub(crate) fn script(name: &str, folder: &Path) -> Command {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("npm");
    std::fs::copy(scripts.join(name), folder.join(name)).expect("the script can be copied");
    std::os::unix::fs::symlink(file(""), folder.join("node_modules")).expect("a link");
    let mut command = Command::new(variable("NODE"));
    command.arg(folder.join(name));
    command
}
