//! `cargo xtask bench`: measures the product beside others of its kind, each part in one run.
//!
//! A part starts its [`servers`] as separate processes in front of one [`upstream`], generates load
//! with [`wrk`] in rounds that alternate between them, so that other activity on the machine affects
//! all alike, and returns a [`report`].
//!
//! To add a part, add its options to `tests/bench/options`, a module with a `run` function here, and
//! what it needs to the task runner.

#![expect(clippy::print_stdout, reason = "it reports to a person")]

mod client;
mod first_visit;
mod growth;
mod http_client;
mod instructions;
mod memory;
mod micro;
mod npm;
mod process;
mod programs;
mod proxy;
mod report;
mod request;
mod rounds;
mod sandbox;
mod servers;
mod sign_ins;
mod start_up;
mod stats;
mod upstream;
mod wrk;

use std::{fs, path::Path, process::ExitCode};

use anyhow::{Context as _, Result};
use bench_options::{Options, Part};
use clap::Parser;

use crate::report::Report;

/// Measures the product. Run by `cargo xtask bench`, which says where the programs are.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct CommandLine {
    #[command(flatten)]
    options: Options,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let Options { part, json } = CommandLine::parse().options;
    let report = match &part {
        Part::Instructions(options) => instructions::run(options).await?,
        Part::Proxy(options) => proxy::run(options).await?,
        Part::Memory(options) => memory::run(options).await?,
        Part::SignIns(options) => sign_ins::run(*options).await?,
        Part::StartUp(options) => start_up::run(*options).await?,
        Part::FirstVisit(options) => first_visit::run(*options).await?,
        Part::Growth(options) => growth::run(*options).await?,
        Part::Micro(options) => micro::run(options)?,
    };
    write(&report, json.as_deref())?;
    Ok(if report.violations.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn write(report: &Report, json: Option<&Path>) -> Result<()> {
    let text = || serde_json::to_string_pretty(report);
    match json {
        Some(path) if path == Path::new("-") => println!("{}", text()?),
        Some(path) => {
            fs::write(path, text()? + "\n")
                .with_context(|| format!("cannot write {}", path.display()))?;
            println!("{report}");
        }
        None => println!("{report}"),
    }
    Ok(())
}
