//! Compresses the page ahead of time.

use std::path::Path;

use anyhow::Result;

use crate::{process, workspace::Workspace};

/// Writes a `.br` and a `.gz` file beside each file that gets smaller: of a folder, or the files
/// themselves.
///
/// Compression at the highest level takes a minute in an unoptimized build, so it is a separate
/// program.
pub(crate) fn compress(workspace: &Workspace, paths: &[&Path]) -> Result<()> {
    let mut command = workspace.cargo();
    command.args(["run", "--quiet", "--release", "--package", "xtask"]);
    command.args(["--features", "precompress", "--bin", "precompress", "--"]);
    process::run(command.args(paths))
}
