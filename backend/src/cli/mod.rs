//! The table of commands.

mod core_dumps;
mod open_files;
mod serve;

use std::{path::Path, process::ExitCode};

use axum::Router;
use clap::{Parser, Subcommand};

use crate::{
    config::{Config, raw::Raw},
    http::state::AppState,
};

/// The backend of a Snyk App: holds the client secret, exchanges the code, keeps tokens encrypted,
/// refreshes them, and calls Snyk for the browser.
#[derive(Debug, Parser)]
#[command(name = "snyk-app", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (the default). Configured by the environment and `.env`.
    Serve,
}

/// Runs the command of the command line; `serve` serves these routes.
pub async fn run(routes: Router<AppState>) -> ExitCode {
    let Cli { command } = Cli::parse();
    match command.unwrap_or(Command::Serve) {
        Command::Serve => {
            let config = match Raw::read(Path::new(".env")) {
                Ok(raw) => Config::from_raw(&raw).map_err(|report| report.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match config {
                Ok(config) => serve::serve(config, routes).await,
                Err(problems) => fail(&problems),
            }
        }
    }
}

/// Tells a person why nothing was started.
#[expect(
    clippy::print_stderr,
    reason = "a person reads why the start failed, log format or not"
)]
fn fail(why: &str) -> ExitCode {
    eprintln!("snyk-app: {why}");
    ExitCode::FAILURE
}
