//! A first visit of the page on a slow line, until Connect can be pressed, and Lighthouse's scores: of
//! the product's page, and of the same welcome made with React.
//!
//! Both pages come from the product's server, so that only the pages differ.

use std::{
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use bench_options::FirstVisit;
use serde::Deserialize;

use crate::{
    npm,
    process::{Server, free_address},
    programs,
    report::{Cell, Column, Report, Row, Table},
    servers::snyk_app,
    stats::median,
    upstream::Target,
};

const SCRIPTS: [&str; 3] = ["measure.mjs", "peer.mjs", "welcome.jsx"];
const VISIT: &[Column] = &[
    Column {
        key: "paint_s",
        heading: "first paint s",
        decimals: 2,
    },
    Column {
        key: "words_s",
        heading: "words s",
        decimals: 2,
    },
    Column {
        key: "connect_s",
        heading: "Connect s",
        decimals: 2,
    },
    Column {
        key: "bytes",
        heading: "bytes until then",
        decimals: 0,
    },
];
const SCORES: &[Column] = &[
    Column {
        key: "performance",
        heading: "performance",
        decimals: 0,
    },
    Column {
        key: "accessibility",
        heading: "accessibility",
        decimals: 0,
    },
    Column {
        key: "best_practices",
        heading: "best practices",
        decimals: 0,
    },
    Column {
        key: "seo",
        heading: "SEO",
        decimals: 0,
    },
];

/// The measurements of a page.
#[derive(Debug, Deserialize)]
struct Page {
    visits: Vec<Visit>,
    scores: Vec<Scores>,
}

/// A visit: times in milliseconds, and the compressed bytes that had arrived when Connect was ready.
#[derive(Debug, Deserialize)]
struct Visit {
    paint: f64,
    words: f64,
    connect: f64,
    bytes: f64,
}

/// Lighthouse's scores, of 100.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Scores {
    performance: f64,
    accessibility: f64,
    best_practices: f64,
    seo: f64,
}

pub(crate) async fn run(options: FirstVisit) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let modules = programs::first_visit_modules()?;
    npm::place("first-visit", &SCRIPTS, &modules, folder.path())?;
    let peer = folder.path().join("peer");
    let mut bundler = npm::command(&folder.path().join("peer.mjs"))?;
    let status = bundler.current_dir(folder.path()).arg(&peer).status()?;
    ensure!(
        status.success(),
        "the peer's page cannot be built: {status}"
    );

    let (ours, theirs) = (
        serve(&programs::page()?, &folder.path().join("1")).await?,
        serve(&peer, &folder.path().join("2")).await?,
    );
    let mut measure = npm::command(&folder.path().join("measure.mjs"))?;
    measure.env(
        "PAGES",
        [&ours, &theirs]
            .map(|(address, _)| format!("http://localhost:{}/", address.port()))
            .join(" "),
    );
    let [ours, theirs] = measured(&mut measure, options.rounds)?;

    let mut report = Report::new(
        "first-visit",
        vec![
            format!(
                "medians of {} visits in Chromium, each with an empty profile: 1.6 Mbit/s, 150 ms, \
                 and a processor that is slowed down four times",
                options.rounds
            ),
            "bytes are those of the compressed files, with the typeface; without headers"
                .to_owned(),
            "Lighthouse with its own defaults, which simulate a phone".to_owned(),
        ],
    );
    let pages = [
        ("snyk-app", &ours),
        ("React, react-router, oidc-client-ts", &theirs),
    ];
    report.tables.push(Table {
        title: "until Connect can be pressed".to_owned(),
        columns: VISIT,
        rows: pages.map(|(name, page)| visits(name, page)).into(),
    });
    report.tables.push(Table {
        title: "Lighthouse, of 100".to_owned(),
        columns: SCORES,
        rows: pages.map(|(name, page)| scores(name, page)).into(),
    });
    Ok(report)
}

/// Starts a server with a page.
async fn serve(page: &Path, folder: &Path) -> Result<(SocketAddr, Server)> {
    std::fs::create_dir(folder)?;
    let address = free_address()?;
    // A welcome reads nothing from Snyk.
    let upstream = Target {
        address: free_address()?,
        certificate: None,
    };
    let mut command = snyk_app::command(address, &upstream, folder, true)?;
    command.env("FRONTEND_DIR", page);
    let mut server = Server::start(&mut command, &folder.join("output.log"))?;
    server.listens(address).await?;
    Ok((address, server))
}

/// Runs the script.
fn measured(command: &mut Command, rounds: u32) -> Result<[Page; 2]> {
    command
        .env("CHROMIUM", programs::chromium()?)
        .env("ROUNDS", rounds.to_string())
        .stderr(Stdio::inherit());
    let output = command.output().context("Node.js does not start")?;
    ensure!(
        output.status.success(),
        "the visits failed: {}",
        output.status
    );
    let pages: Vec<Page> = serde_json::from_slice(&output.stdout).context("unknown figures")?;
    <[Page; 2]>::try_from(pages)
        .ok()
        .context("not the figures of two pages")
}

fn visits(name: &str, page: &Page) -> Row {
    let of = |figure: fn(&Visit) -> f64| median(page.visits.iter().map(figure));
    Row::new(
        name,
        [
            of(|visit| visit.paint / 1e3),
            of(|visit| visit.words / 1e3),
            of(|visit| visit.connect / 1e3),
            of(|visit| visit.bytes),
        ]
        .map(Cell::from),
    )
}

fn scores(name: &str, page: &Page) -> Row {
    let of = |score: fn(&Scores) -> f64| median(page.scores.iter().map(score));
    Row::new(
        name,
        [
            of(|scores| scores.performance),
            of(|scores| scores.accessibility),
            of(|scores| scores.best_practices),
            of(|scores| scores.seo),
        ]
        .map(Cell::from),
    )
}
