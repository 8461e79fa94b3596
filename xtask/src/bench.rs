//! `cargo xtask bench`: what the proxy costs, beside a peer in the same run.

use anyhow::Result;

use crate::{process, ui, workspace::Workspace};

/// Builds the server and the measuring program for release, and measures.
pub(crate) fn run() -> Result<()> {
    let workspace = Workspace::open()?;
    ui::doing("The server and the measuring program, for release");
    process::run(workspace.cargo().args([
        "build",
        "--release",
        "--package",
        "snyk-app",
        "--package",
        "bench",
    ]))?;
    ui::doing("Measuring, about two minutes: leave the machine alone meanwhile");
    let release = workspace.target.join("release");
    process::run(
        process::command(release.join("bench"))
            .arg("run")
            .arg(release.join("snyk-app")),
    )
}
