//! A local stand-in for Snyk: the consent page, the OAuth2 endpoints, the reads that an app makes
//! after an install, and faults on request.
//!
//! One origin plays both of Snyk's hosts (`app.` and `api.`). The sandbox is strict where Snyk's
//! documentation is strict, and where that is silent it takes the reading that is hardest on an
//! app. It depends on no other package of this project, so that it cannot share its mistakes.
//!
//! A request passes these files in order: [`server`] accepts it, [`watch`] records it and applies
//! the faults that a test asked for through [`control`], [`router`] finds the endpoint:
//! [`authorize`] (its page is [`consent`]), [`token`], [`revoke`], [`rest`], [`v1`]. What was given
//! out is kept in [`grants`]; the invented organizations are in [`data`], and what they have, by
//! the ten thousand and the same for the same seed, in [`world`].
//!
//! `tests/it/snyk_contract.rs` holds every answer of [`rest`] to Snyk's published schemas.

mod authorize;
mod cli;
mod clock;
mod consent;
mod control;
mod data;
mod faults;
mod form;
mod grants;
mod oauth_error;
mod pages;
mod random;
mod record;
mod rest;
mod revoke;
mod router;
mod server;
mod settings;
mod signals;
mod state;
mod stats;
mod token;
mod v1;
mod watch;
mod world;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::INFO)
        // Told by `eprintln!`, which panics where standard error cannot be written.
        .log_internal_errors(false)
        .init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!("the runtime does not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(server::run(cli));
    // Endless answers and long delays must not hold up the end.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
