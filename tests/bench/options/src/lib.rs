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
    parts::{FirstVisit, Growth, Instructions, Load, Memory, Micro, Proxy, SignIns, StartUp},
    values::{Page, Server, Switch, Upstream},
};

/// The part to measure, and the file for its result.
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
    /// The first visit of the page on a slow line, and Lighthouse's scores, beside React.
    FirstVisit(FirstVisit),
    /// A database of a million sessions, beside one of sixty.
    Growth(Growth),
    /// Micro-benchmarks of the vault, the allow-list, the head scanner, the session look-up and PKCE.
    Micro(Micro),
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser};

    use super::*;

    #[derive(Debug, Parser)]
    struct CommandLine {
        #[command(flatten)]
        options: Options,
    }

    fn parse(words: &str) -> Result<Options, clap::Error> {
        let words = std::iter::once("bench").chain(words.split(' '));
        CommandLine::try_parse_from(words).map(|line| line.options)
    }

    #[test]
    fn the_definition_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn several_values_are_separated_by_commas_and_json_may_come_last() {
        let options = parse("proxy --page large --sessions 1,50 --upstream plain,h2 --json -");
        let options = options.unwrap();
        assert_eq!(options.json, Some(PathBuf::from("-")));
        let Part::Proxy(proxy) = options.part else {
            panic!("another part: {:?}", options.part)
        };
        assert_eq!(proxy.page, [Page::Large]);
        assert_eq!(proxy.sessions, [1, 50]);
        assert_eq!(proxy.upstream, [Upstream::Plain, Upstream::H2]);
        assert_eq!(proxy.servers.len(), 5);
    }

    #[test]
    fn what_would_measure_nothing_is_refused() {
        for words in [
            "",
            "proxy --sessions 0",
            "proxy --rounds 0",
            "instructions --requests 1",
            "instructions --limit 1",
            "start-up --times 0",
            "first-visit --rounds 0",
        ] {
            assert!(parse(words).is_err(), "{words}");
        }
    }
}
