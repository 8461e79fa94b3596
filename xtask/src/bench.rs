//! `cargo xtask bench`: what the proxy costs, beside a peer in the same run.

use anyhow::Result;

use crate::{process, programs, ui, workspace::Workspace};

/// Builds the server and the measuring program for release, and measures.
pub(crate) fn run() -> Result<()> {
    let workspace = Workspace::open()?;
    ui::doing("The server and the measuring program, for release");
    let programs = programs::build(&workspace, &["snyk-app", "bench"], true)?;
    ui::doing("Measuring, about two minutes: leave the machine alone meanwhile");
    process::run(
        process::command(programs.get("bench")?)
            .arg("run")
            .arg(programs.get("snyk-app")?),
    )
}
