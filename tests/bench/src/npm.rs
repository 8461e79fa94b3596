//! Programs of Node.js, with the packages of a lock file.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::programs;

/// Returns a command that runs a script of `tests/bench/npm`.
pub(crate) fn script(name: &str, folder: &Path) -> Result<Command> {
    place("npm", &[name], &programs::node_modules()?, folder)?;
    command(&folder.join(name))
}

/// Copies scripts of a folder of this package, and links the packages that they import. Node.js looks
/// up packages next to a script, so it runs from a folder that contains both.
pub(crate) fn place(from: &str, scripts: &[&str], modules: &PathBuf, folder: &Path) -> Result<()> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(from);
    for name in scripts {
        std::fs::copy(from.join(name), folder.join(name))
            .with_context(|| format!("cannot copy {name}"))?;
    }
    std::os::unix::fs::symlink(modules, folder.join("node_modules"))
        .context("cannot link the packages")
}

/// Returns a command that runs a script.
pub(crate) fn command(script: &Path) -> Result<Command> {
    let mut command = Command::new(programs::node()?);
    command.arg(script);
    Ok(command)
}
