//! Programs of Node.js, with the packages of this package's lock file.

use std::{path::Path, process::Command};

use anyhow::{Context as _, Result};

use crate::programs;

/// Returns a command that runs a script of `tests/bench/npm`. Node.js looks up packages next to the
/// script, so it runs from a folder that contains both.
pub(crate) fn script(name: &str, folder: &Path) -> Result<Command> {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("npm");
    let script = folder.join(name);
    std::fs::copy(scripts.join(name), &script).with_context(|| format!("cannot copy {name}"))?;
    std::os::unix::fs::symlink(programs::node_modules()?, folder.join("node_modules"))?;
    let mut command = Command::new(programs::node()?);
    command.arg(script);
    Ok(command)
}
