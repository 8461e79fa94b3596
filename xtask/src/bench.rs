//! `cargo xtask bench`: measures the overhead of the proxy against a baseline in the same run.

use anyhow::Result;

use crate::{process, programs, ui, workspace::Workspace};

/// Builds the server and the benchmark in release mode, and runs the benchmark.
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
