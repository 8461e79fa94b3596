//! The task runner: every task of this repository, for people and machines, in one program.
//!
//! | command | does |
//! | --- | --- |
//! | `cargo xtask start` | installs missing tools, builds the page, runs the app |
//! | `cargo xtask register` | registers an app at Snyk and writes `.env` |
//! | `cargo xtask test` | runs every test, in Rust and in a browser |
//! | `cargo xtask check` | checks formatting, lints, advisories and the house rules |
//! | `cargo xtask bench` | measures the product beside others of its kind |
//! | `cargo xtask build` | builds the compressed page and the server in release mode |
//! | `cargo xtask package` | makes the npm package by which pages of others log in |
//! | `cargo xtask dist` | makes the archive that is released, with one static binary |
//!
//! To add a command, add a file with a `run` function next to this one, and a variant to [`Task`].
//! Its rustdoc is the command's help text.

mod bench;
mod browser;
mod build;
mod check;
mod dist;
mod environment;
mod install;
mod lock;
mod metadata;
mod package;
mod path_prefixes;
mod process;
mod programs;
mod register;
mod sizes;
mod spa;
mod start;
mod static_host;
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
    /// Register an app at Snyk, and write `.env`: runs `snyk-app create-app`.
    // The flags, `--help` among them, are those of that command.
    #[command(disable_help_flag = true)]
    Register(register::Arguments),
    /// Run every test, installing what is missing.
    Test(test::Arguments),
    /// Check formatting, lints, documentation, dependencies and the house rules.
    Check,
    /// Measure the product: instructions, beside others of its kind, memory, sign-ins, start-up.
    Bench(bench_options::Options),
    /// Build what is shipped, the page small and compressed, and print how big it is.
    Build(build::Arguments),
    /// Make the npm package by which pages of others log in, and print how big it is.
    Package(package::Arguments),
    /// Make the archive that is released: one static binary with the page inside it, its manual,
    /// and what a container or systemd needs.
    Dist(dist::Arguments),
}

fn main() -> ExitCode {
    let outcome = match stop::listen() {
        Ok(()) => match CommandLine::parse().task {
            Task::Start(arguments) => start::run(&arguments),
            Task::Register(arguments) => register::run(&arguments),
            Task::Test(arguments) => test::run(&arguments),
            Task::Check => check::run(),
            Task::Bench(arguments) => bench::run(&arguments),
            Task::Build(arguments) => build::run(&arguments),
            Task::Package(arguments) => package::run(&arguments),
            Task::Dist(arguments) => dist::run(&arguments),
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
