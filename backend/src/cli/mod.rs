//! The command line.

mod core_dumps;
mod doctor;
mod open_files;
mod output;
mod rotate_encryption;
mod serve;
mod signals;

use std::{path::Path, process::ExitCode};

use axum::Router;
use clap::{Args, Parser, Subcommand};

use crate::{
    app::AppState,
    config::{Config, raw::Raw},
    telemetry,
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
    /// Check the configuration, the database, the page, and the way to Snyk; say how to mend what is
    /// wrong.
    Doctor(doctor::Doctor),
    /// Encrypt all stored tokens with a new encryption secret, while the server runs.
    RotateEncryption(rotate_encryption::RotateEncryption),
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

/// Parses the command line and runs its command. `serve` serves the given routes.
pub async fn run(routes: Router<AppState>) -> ExitCode {
    telemetry::install_panic_hook();
    // Installed first, so that a signal during startup is handled after it.
    let stop_signals = signals::StopSignals::listen();
    let Cli { command } = Cli::parse();
    let command = command.unwrap_or(Command::Serve(Addresses::default()));
    let code = match (command, stop_signals) {
        (_, Err(error)) => fail(&format!("signals cannot be taken over ({error})")),
        (Command::Serve(Addresses { listen, public_url }), Ok(stop_signals)) => {
            let overrides = [("LISTEN", listen), ("PUBLIC_URL", public_url)];
            let overrides = overrides
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)));
            let config = match Raw::read(Path::new(".env"), overrides.collect()) {
                Ok(raw) => Config::from_raw(&raw).map_err(|report| report.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match config {
                Ok(config) => serve::serve(config, routes, stop_signals).await,
                Err(problems) => fail(&problems),
            }
        }
        (Command::RotateEncryption(args), Ok(_)) => rotate_encryption::run(&args).await,
        (Command::Doctor(args), Ok(_)) => doctor::run(&args).await,
    };
    telemetry::flush();
    code
}

/// Prints why startup failed, regardless of the log format.
fn fail(why: &str) -> ExitCode {
    telemetry::print(&format!("snyk-app: {why}"));
    ExitCode::FAILURE
}
