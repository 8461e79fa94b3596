//! The cost of a large database: two servers, one with sixty sessions and one with a million, and what
//! each database costs where the cache does not help ([`uncached`]).

mod fill;
mod uncached;

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::Result;
use bench_options::{Growth, Load, Page, Upstream as Way};

use self::fill::fill;
use crate::{
    process::{Server, free_address},
    report::{Cell, Column, Report, Row, Table},
    request::Request,
    rounds::{self, Subject},
    servers::snyk_app::{self, Browser, SignedIn},
    stats::median,
    upstream::{Contents as _, Target, Upstream},
};

/// Sessions and connections of the small database.
const SMALL: u32 = 60;
/// Turns of logins. The server sweeps every ten seconds, so that each turn includes a sweep.
const LOGIN_TURNS: usize = 4;
const LOGIN_TURN: Duration = Duration::from_secs(11);

const COLUMNS: &[Column] = &[
    Column {
        key: "small_ms",
        heading: "small ms",
        decimals: 2,
    },
    Column {
        key: "large_ms",
        heading: "large ms",
        decimals: 2,
    },
    Column {
        key: "ratio",
        heading: "ratio",
        decimals: 2,
    },
    Column {
        key: "limit",
        heading: "limit",
        decimals: 1,
    },
];

/// A running server with a filled database.
struct Bed {
    address: SocketAddr,
    server: Server,
    session: SignedIn,
    /// Durations of the requests that finished a login, in milliseconds.
    logins: Vec<f64>,
    _folder: tempfile::TempDir,
}

pub(crate) async fn run(options: Growth) -> Result<Report> {
    let upstream = Upstream::start().await?;
    let target = upstream.target(Way::Plain);
    let large_connections = options.sessions / 10;
    let mut beds = [
        start(&target, SMALL, SMALL).await?,
        start(&target, options.sessions, large_connections).await?,
    ];
    let load = options.load;
    let mut report = Report::new(
        "growth",
        vec![
            format!(
                "small: {SMALL} sessions and connections; large: {} sessions, {large_connections} \
                 connections",
                options.sessions
            ),
            format!(
                "reads: {} connections, rounds of {} s in turns, medians of {}; logins: one after \
                 the other, {LOGIN_TURNS} turns of {} s",
                load.connections,
                load.seconds,
                load.rounds,
                LOGIN_TURN.as_secs()
            ),
        ],
    );
    let session_read = reads(&beds, "/api/session", 0, load).await?;
    let path = Page::Small.path();
    let proxied_read = reads(&beds, &path, Page::Small.body().len(), load).await?;
    for _ in 0..LOGIN_TURNS {
        for bed in &mut beds {
            sign_in_for(LOGIN_TURN, bed).await?;
        }
    }
    let logins = |of: fn(&Bed) -> f64| [of(&beds[0]), of(&beds[1])];
    let comparisons = [
        compare("session read, p50", session_read, 1.5),
        compare("proxied read, p50", proxied_read, 1.5),
        compare("end of a login, median", logins(median_login), 1.5),
        compare("longest during sweeps", logins(longest_login), 2.0),
    ];
    report.tables.push(Table {
        title: format!(
            "growth; {} and {} logins",
            beds[0].logins.len(),
            beds[1].logins.len()
        ),
        columns: COLUMNS,
        rows: comparisons.iter().map(Comparison::row).collect(),
    });
    drop(beds);
    let from_store = uncached::compare(options.sessions, large_connections).await?;
    report.tables.push(Table {
        title: format!(
            "without the cache; small: {0} sessions and connections, each read once in {1} rounds",
            uncached::SAMPLE,
            uncached::ROUNDS
        ),
        columns: COLUMNS,
        rows: from_store.iter().map(Comparison::row).collect(),
    });
    report.violations = comparisons
        .iter()
        .chain(&from_store)
        .filter_map(Comparison::violation)
        .collect();
    Ok(report)
}

/// Starts a server, signs in, fills its database while it is stopped, and starts it again.
async fn start(upstream: &Target, sessions: u32, connections: u32) -> Result<Bed> {
    let folder = tempfile::tempdir()?;
    let address = free_address()?;
    let server = snyk_app::serve(address, upstream, folder.path(), false).await?;
    let session = Browser::new(address, None).sign_in().await?;
    drop(server);
    fill(&folder.path().join("app.db"), sessions, connections).await?;
    let server = snyk_app::serve(address, upstream, folder.path(), false).await?;
    Ok(Bed {
        address,
        server,
        session,
        logins: Vec::new(),
        _folder: folder,
    })
}

/// Returns the median latency of a read on each server, of the proxy unless it is one of the
/// server's own.
async fn reads(beds: &[Bed; 2], path: &str, least_bytes: usize, load: Load) -> Result<[f64; 2]> {
    let subjects: Vec<Subject<'_>> = beds
        .iter()
        .map(|bed| {
            let session = bed.session.session(None);
            let is_own = path.starts_with("/api/");
            let prefix = if is_own { "" } else { &session.prefix };
            Subject {
                name: "snyk-app",
                address: bed.address,
                server: &bed.server,
                requests: vec![Request {
                    path: format!("{prefix}{path}"),
                    cookie: session.cookie.clone(),
                    client: None,
                }],
                least_bytes,
            }
        })
        .collect();
    let mut figures = [f64::NAN; 2];
    let measured = rounds::run(&subjects, load).await;
    for (figure, medians) in figures.iter_mut().zip(measured) {
        *figure = medians?.p50_ms;
    }
    Ok(figures)
}

async fn sign_in_for(duration: Duration, bed: &mut Bed) -> Result<()> {
    let browser = Browser::new(bed.address, None);
    // The first one connects.
    browser.sign_in().await?;
    let until = Instant::now() + duration;
    while Instant::now() < until {
        let signed_in = browser.sign_in().await?;
        bed.logins
            .push(signed_in.finish_duration.as_secs_f64() * 1e3);
    }
    Ok(())
}

fn median_login(bed: &Bed) -> f64 {
    median(bed.logins.iter().copied())
}

fn longest_login(bed: &Bed) -> f64 {
    bed.logins.iter().copied().fold(0.0, f64::max)
}

/// A figure of both servers, and how much larger the second one may be.
struct Comparison {
    what: &'static str,
    small: f64,
    large: f64,
    limit: f64,
}

fn compare(what: &'static str, [small, large]: [f64; 2], limit: f64) -> Comparison {
    Comparison {
        what,
        small,
        large,
        limit,
    }
}

impl Comparison {
    fn ratio(&self) -> f64 {
        self.large / self.small
    }

    fn row(&self) -> Row {
        let figures = [self.small, self.large, self.ratio(), self.limit];
        Row::new(self.what, figures.map(Cell::from))
    }

    fn violation(&self) -> Option<String> {
        (self.ratio() > self.limit).then(|| {
            format!(
                "{}: {:.2} times as long, and the limit is {:.1}",
                self.what,
                self.ratio(),
                self.limit
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_above_its_limit_is_a_violation() {
        assert_eq!(compare("read", [2.0, 3.0], 1.5).violation(), None);
        let violation = compare("read", [2.0, 4.0], 1.5).violation().unwrap();
        assert_eq!(violation, "read: 2.00 times as long, and the limit is 1.5");
    }
}
