//! Compresses the page ahead of time.

use std::path::Path;

use anyhow::Result;

use crate::{process, workspace::Workspace};

/// Writes a `.br` and a `.gz` file beside each file of a folder that gets smaller.
///
/// Compression at the highest level takes a minute in an unoptimized build, so it is a separate
/// program.
pub(super) fn compress(workspace: &Workspace, folder: &Path) -> Result<()> {
    let mut command = workspace.cargo();
    command.args(["run", "--quiet", "--release", "--package", "xtask"]);
    command.args(["--features", "precompress", "--bin", "precompress", "--"]);
    process::run(command.arg(folder))
}
