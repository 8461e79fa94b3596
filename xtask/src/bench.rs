//! `cargo xtask bench`: measures the server against a baseline in the same run.

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::{process, programs, ui, workspace::Workspace};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What to measure.
    #[arg(value_enum, default_value_t = Benchmark::Proxy)]
    benchmark: Benchmark,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Benchmark {
    /// The proxy, beside a bare pass-through.
    Proxy,
    /// A database of a million sessions, beside one of sixty.
    Store,
}

/// Builds the server and the benchmark in release mode, and runs the benchmark.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let name = match arguments.benchmark {
        Benchmark::Proxy => "proxy",
        Benchmark::Store => "store",
    };
    let workspace = Workspace::open()?;
    ui::doing("The server and the measuring program, for release");
    let programs = programs::build(&workspace, &["snyk-app", "bench"], true)?;
    ui::doing("Measuring, two or three minutes: leave the machine alone meanwhile");
    process::run(
        process::command(programs.get("bench")?)
            .arg(name)
            .arg(programs.get("snyk-app")?),
    )
}
