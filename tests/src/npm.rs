//! Programs of npm's, that this project did not write: `tests/npm/` says which, in which versions.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A file of an installed package.
#[must_use]
pub fn file(path: &str) -> PathBuf {
    variable("NODE_MODULES_FOR_TESTS").join(path)
}

/// Node.js with a program of an installed package.
pub(crate) fn program(path: &str) -> Command {
    let mut command = Command::new(variable("NODE"));
    command.arg(file(path));
    command
}

/// Node.js with one of our scripts of `tests/npm/`, which may import what is installed: Node looks
/// for packages beside a script, so it runs from a folder that has both.
pub(crate) fn script(name: &str, folder: &Path) -> Command {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("npm");
    std::fs::copy(scripts.join(name), folder.join(name)).expect("the script can be copied");
    std::os::unix::fs::symlink(file(""), folder.join("node_modules")).expect("a link");
    let mut command = Command::new(variable("NODE"));
    command.arg(folder.join(name));
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
