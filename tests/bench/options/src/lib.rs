//! The command line of `cargo xtask bench`.
//!
//! The task runner parses it to install and build what a part needs, and passes it unchanged to the
//! measuring program, which parses it again. This crate is separate so that both share it and the
//! task runner does not depend on what measures.

mod parts;
mod values;

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub use self::{
    parts::{Growth, Instructions, Load, Memory, Micro, Proxy, SignIns, StartUp},
    values::{Page, Server, Switch, Upstream},
};

/// What to measure, and where to write the result.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// The part.
    #[command(subcommand)]
    pub part: Part,
    /// Also write the result as JSON to this file; `-` writes JSON to standard output, and no
    /// tables.
    #[arg(long, value_name = "FILE", global = true)]
    pub json: Option<PathBuf>,
}

/// The parts. Each runs alone.
#[derive(Clone, Debug, Subcommand)]
pub enum Part {
    /// Instructions for each proxied request, by callgrind; fails above the limit in the ledger.
    Instructions(Instructions),
    /// The proxy beside a bare pass-through, nginx, Apache with `mod_auth_openidc` and Express.
    Proxy(Proxy),
    /// Memory of the server after load, by number of sessions.
    Memory(Memory),
    /// Whole sign-ins per second, against the sandbox.
    SignIns(SignIns),
    /// Time from the start of the program until it is ready.
    StartUp(StartUp),
    /// A database of a million sessions, beside one of sixty.
    Growth(Growth),
    /// Micro-benchmarks of the vault, the allow-list, the head scanner, the session look-up and PKCE.
    Micro(Micro),
}
