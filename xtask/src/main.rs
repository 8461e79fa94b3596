//! The task runner: what a person or a machine does with this repository, as one program.
//!
//! | command | does |
//! | --- | --- |
//! | `cargo xtask start` | installs what is missing, builds the page, runs the app |
//! | `cargo xtask test` | every test, in Rust and in a browser |
//! | `cargo xtask check` | formatting, lints, advisories, house rules |
//! | `cargo xtask bench` | what the proxy costs, beside a peer |
//! | `cargo xtask build` | what is shipped: the page by its own profile, compressed, and the server |
//!
//! To add a command: a file beside this one with a `run` function, and a line in [`Task`]. The
//! rustdoc there is the command's help.

mod bench;
mod browser;
mod build;
mod check;
mod environment;
mod install;
mod lock;
mod metadata;
mod process;
mod programs;
mod sizes;
mod spa;
mod start;
mod stop;
mod system_packages;
mod test;
mod tools;
mod ui;
mod version;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Start, test, check and build the Snyk App.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct CommandLine {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Install what is missing, build the page and run the app.
    ///
    /// Without a `.env` file it runs against the sandbox, a Snyk that lives on this computer.
    Start(start::Arguments),
    /// Run every test, installing what is missing.
    Test(test::Arguments),
    /// Check formatting, lints, documentation, dependencies and the house rules.
    Check,
    /// Measure what the proxy costs, beside a bare pass-through in the same run.
    Bench,
    /// Build what is shipped, the page small and compressed, and print how big it is.
    Build(build::Arguments),
}

fn main() -> ExitCode {
    let outcome = match stop::listen() {
        Ok(()) => match CommandLine::parse().task {
            Task::Start(arguments) => start::run(&arguments),
            Task::Test(arguments) => test::run(&arguments),
            Task::Check => check::run(),
            Task::Bench => bench::run(),
            Task::Build(arguments) => build::run(&arguments),
        },
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            ui::failure(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
