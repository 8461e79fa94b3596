//! The command line.

mod admin_link;
mod api_token;
mod app;
mod completions;
mod core_dumps;
mod create_app;
mod doctor;
mod man;
mod move_store;
mod open_database;
mod open_files;
mod output;
mod prompt;
mod region;
mod rotate_encryption;
mod serve;
mod signals;
mod token_lifetime;
mod version;

use std::{path::Path, process::ExitCode};

use axum::Router;
use clap::{Args, Parser, Subcommand};

use self::signals::StopSignals;
use crate::{
    app::AppState,
    config::{Config, raw::Raw},
    telemetry,
};

/// The file of variables, in the current folder.
const ENV_FILE: &str = ".env";

/// The backend of a Snyk App: holds the client secret, exchanges the code, keeps tokens encrypted,
/// refreshes them, and calls Snyk for the browser.
#[derive(Debug, Parser)]
#[command(
    name = "snyk-app",
    version = version::short(),
    long_version = version::long(),
    after_help = EXAMPLES
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  snyk-app create-app             Register an app at Snyk: asks for what it needs, and writes .env
  snyk-app                        Run the server, as the environment and .env configure it
  snyk-app doctor                 Say what is wrong, and how to mend it
  snyk-app admin-link             Make a link by which you see all connections in a browser
  snyk-app serve --help           Explain a command and its options
  snyk-app man | man -l -         Read the manual, with all variables

.env.sample describes every variable, with its default.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (the default). Configured by the environment and `.env`.
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(Addresses),
    /// Register an app at Snyk, and write `.env`.
    ///
    /// On a terminal, what is missing is asked for, so that no flag is needed. Nothing is created
    /// before you have seen all of it. For scripts, every answer has a flag.
    #[command(after_help = create_app::EXAMPLES)]
    CreateApp(create_app::Arguments),
    /// Look after the apps of an organization at Snyk, and rotate their client secrets.
    #[command(after_help = app::EXAMPLES)]
    App(app::Arguments),
    /// Check the configuration, the database, the page, and the way to Snyk; say how to mend what is
    /// wrong.
    Doctor(doctor::Doctor),
    /// Make a link that signs an administrator in: once, within ten minutes.
    #[command(after_help = admin_link::EXAMPLES)]
    AdminLink,
    /// Encrypt all stored tokens with a new encryption secret, while the server runs.
    RotateEncryption(rotate_encryption::RotateEncryption),
    /// Copy everything to another database, such as from SQLite to PostgreSQL, while no server runs.
    #[command(after_help = move_store::EXAMPLES)]
    MoveStore(move_store::Arguments),
    /// Print a script that completes commands and options in a shell.
    #[command(after_help = completions::EXAMPLES)]
    Completions(completions::Arguments),
    /// Print the manual page of the program or of a command.
    #[command(after_help = man::EXAMPLES)]
    Man(man::Arguments),
}

const SERVE_EXAMPLES: &str = "\
Examples:
  snyk-app serve
      Serve at http://localhost:3000, as the environment and .env say
  snyk-app serve --listen 0.0.0.0:8080 --public-url https://app.example.com
      Listen on all addresses; browsers come by a proxy that terminates TLS
  FRONTEND_DIR=dist snyk-app serve
      Serve the page of a folder, in place of the one inside the binary";

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
///
/// Only a command that needs the asynchronous runtime starts it: `--help` and the like print and
/// exit, also where no thread can be started.
#[must_use]
pub fn run(routes: Router<AppState>) -> ExitCode {
    telemetry::install_panic_hook();
    let Cli { command } = Cli::parse();
    let command = command.unwrap_or(Command::Serve(Addresses::default()));
    let code = match command {
        Command::Serve(addresses) => block_on(serve(addresses, routes)),
        Command::CreateApp(arguments) => block_on(create_app::run(arguments)),
        Command::App(arguments) => block_on(app::run(arguments)),
        Command::Doctor(args) => block_on(doctor::run(&args)),
        Command::AdminLink => admin_link::run(),
        Command::RotateEncryption(args) => block_on(rotate_encryption::run(&args)),
        Command::MoveStore(arguments) => block_on(move_store::run(arguments)),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Man(arguments) => man::run(&arguments),
    };
    telemetry::flush();
    code
}

/// Runs a command in an asynchronous runtime of several threads.
fn block_on(command: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(command),
        Err(error) => fail(&format!("threads cannot be started ({error})")),
    }
}

async fn serve(addresses: Addresses, routes: Router<AppState>) -> ExitCode {
    // Installed first, so that a signal during startup is handled after it. Other commands end at a
    // signal as programs usually do.
    let stop_signals = match StopSignals::listen() {
        Ok(stop_signals) => stop_signals,
        Err(error) => return fail(&format!("signals cannot be taken over ({error})")),
    };
    let Addresses { listen, public_url } = addresses;
    let overrides = [("LISTEN", listen), ("PUBLIC_URL", public_url)];
    let overrides = overrides
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let config = match Raw::read(Path::new(ENV_FILE), overrides.collect()) {
        Ok(raw) => Config::from_raw(&raw).map_err(|report| report.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match config {
        Ok(config) => serve::serve(config, routes, stop_signals).await,
        Err(problems) => fail(&problems),
    }
}

/// Prints why startup failed, regardless of the log format.
fn fail(why: &str) -> ExitCode {
    telemetry::print(&format!("snyk-app: {why}"));
    ExitCode::FAILURE
}
