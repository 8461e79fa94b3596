//! The options of each part.

use clap::Args;

use crate::{Page, Server, Switch, Upstream};

/// How load is generated.
#[derive(Args, Clone, Copy, Debug)]
pub struct Load {
    /// Seconds of a round.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..))]
    pub seconds: u64,
    /// Measured rounds of each server, which alternate. One more at the beginning is a warm-up.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Connections of the load generator.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    pub connections: u32,
}

/// Options of `instructions`.
#[derive(Args, Clone, Debug)]
pub struct Instructions {
    /// Counted requests, one after the other on one connection.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(100..))]
    pub requests: u32,
    /// Add the figures to the ledger, with these words.
    #[arg(long, value_name = "WORDS")]
    pub record: Option<String>,
    /// Change the ledger's limit: instructions for each request of the product.
    #[arg(long, value_name = "N", requires = "record")]
    pub limit: Option<u64>,
}

/// Options of `proxy`. An option with several values, separated by commas, measures every
/// combination.
#[derive(Args, Clone, Debug)]
pub struct Proxy {
    /// The servers. `bare` is always measured, since the ratios refer to it.
    #[arg(long, value_enum, value_delimiter = ',',
        default_values = ["bare", "snyk-app", "nginx", "apache", "express"])]
    pub servers: Vec<Server>,
    /// Which page is read.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["small", "large"])]
    pub page: Vec<Page>,
    /// Number of sessions that take turns.
    #[arg(long, value_delimiter = ',', default_values = ["1"],
        value_parser = clap::value_parser!(u32).range(1..))]
    pub sessions: Vec<u32>,
    /// `RATE_LIMITS` of the product. With limits on there are at least a thousand sessions, each
    /// with a client address of its own, so that none of them meets a limit.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["off"])]
    pub limits: Vec<Switch>,
    /// How the upstream is reached.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["plain"])]
    pub upstream: Vec<Upstream>,
    /// How load is generated.
    #[command(flatten)]
    pub load: Load,
}

/// Options of `memory`.
#[derive(Args, Clone, Debug)]
pub struct Memory {
    /// Numbers of sessions, each with a server of its own.
    #[arg(long, value_delimiter = ',', default_values = ["0", "1000", "100000"])]
    pub sessions: Vec<u32>,
    /// How load is generated.
    #[command(flatten)]
    pub load: Load,
}

/// Options of `sign-ins`.
#[derive(Args, Clone, Copy, Debug)]
pub struct SignIns {
    /// Browsers that sign in at the same time.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    pub browsers: u32,
    /// Seconds of the measurement.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    pub seconds: u64,
}

/// Options of `start-up`.
#[derive(Args, Clone, Copy, Debug)]
pub struct StartUp {
    /// Number of starts of which the median is reported.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub times: u32,
}

/// Options of `first-visit`.
#[derive(Args, Clone, Copy, Debug)]
pub struct FirstVisit {
    /// Visits of each page, and runs of Lighthouse, of which the medians are reported.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
}

/// Options of `growth`.
#[derive(Args, Clone, Copy, Debug)]
pub struct Growth {
    /// Sessions of the large database. It has a tenth as many connections.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(20_000..))]
    pub sessions: u32,
    /// How load is generated.
    #[command(flatten)]
    pub load: Load,
}

/// Options of `micro`.
#[derive(Args, Clone, Debug)]
pub struct Micro {
    /// Run only benchmarks of the backend whose name contains this, and none in a browser.
    #[arg(long, value_name = "WORDS")]
    pub filter: Option<String>,
    /// Run only the benchmarks of the backend, and none in a browser.
    #[arg(long)]
    pub no_browser: bool,
}

impl Micro {
    /// Returns why nothing is measured in a browser, if so.
    #[must_use]
    pub fn without_browser(&self) -> Option<&'static str> {
        match self {
            Self {
                no_browser: true, ..
            } => Some("--no-browser was given"),
            Self {
                filter: Some(_), ..
            } => Some("--filter was given"),
            _ => None,
        }
    }
}
