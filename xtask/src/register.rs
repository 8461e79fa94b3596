//! `cargo xtask register`: registers an app at Snyk and writes `.env`, with `snyk-app create-app`.

use std::{ffi::OsString, os::unix::process::CommandExt as _, process::Stdio};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::{programs, ui, workspace::Workspace};

/// What to register.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The flags of `snyk-app create-app`. Without any, it asks.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    flags: Vec<OsString>,
}

/// Builds the server, and becomes its command. A signal then reaches the command alone, which defers
/// it while the app's secret is not saved.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::open()?;
    ui::doing("The server");
    let programs = programs::build(&workspace, &["snyk-app"], false)?;
    let mut command = workspace.command(programs.get("snyk-app")?);
    command.arg("create-app").args(&arguments.flags);
    let error = command.stdin(Stdio::inherit()).exec();
    Err(error).context("cannot run snyk-app create-app")
}
