//! The table of commands.

mod core_dumps;
mod open_files;
mod serve;

use std::{path::Path, process::ExitCode};

use axum::Router;
use clap::{Args, Parser, Subcommand};

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
    Serve(Addresses),
}

/// Where to serve, in place of what the environment and `.env` say.
#[derive(Args, Debug, Default)]
struct Addresses {
    /// Address to listen on, in place of `LISTEN`.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Where browsers reach the server, in place of `PUBLIC_URL`.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
}

/// Runs the command of the command line; `serve` serves these routes.
pub async fn run(routes: Router<AppState>) -> ExitCode {
    let Cli { command } = Cli::parse();
    match command.unwrap_or(Command::Serve(Addresses::default())) {
        Command::Serve(Addresses { listen, public_url }) => {
            let set = [("LISTEN", listen), ("PUBLIC_URL", public_url)];
            let set = set
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)));
            let config = match Raw::read(Path::new(".env"), set.collect()) {
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
