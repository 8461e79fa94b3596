//! A local stand-in for Snyk: the consent page, the OAuth2 endpoints, the reads that an app makes
//! after an install, and faults on request.
//!
//! One origin serves both of Snyk's hosts (`app.` and `api.`). The sandbox is strict where Snyk's
//! documentation is strict. Where the documentation is silent, it behaves in the way that is
//! hardest on an app. It depends on no other package of this project, so that it cannot share its
//! mistakes.
//!
//! A request passes these files in order: [`server`] accepts it, [`watch`] records it and applies
//! the faults that a test requested through [`control`], and [`router`] finds the endpoint:
//! [`authorize`] (its page is [`consent`]), [`token`], [`revoke`], [`rest`], [`v1`]. [`grants`]
//! stores what was issued. The invented organizations are in [`data`]; their tens of thousands of
//! resources, which are the same for the same seed, are in [`world`].
//!
//! `tests/it/snyk_contract.rs` validates every response of [`rest`] against Snyk's published
//! schemas.

mod apps;
mod authorize;
mod authorize_request;
mod cli;
mod clock;
mod consent;
mod control;
mod data;
mod faults;
mod form;
mod grant_scope;
mod grants;
mod oauth_error;
mod pages;
mod random;
mod record;
mod rest;
mod revoke;
mod router;
mod scopes;
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
        // Internal errors are reported by `eprintln!`, which panics if standard error cannot be
        // written.
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
    // Endless responses and long delays must not block the shutdown.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
