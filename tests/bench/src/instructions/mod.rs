//! Instructions for each proxied request, counted by callgrind. A noisy machine cannot spoil this
//! figure, so it can have a limit: the ledger contains it, and the figures that were recorded.
//!
//! Instructions do not show contention between threads, and valgrind lacks the processor's SHA
//! instructions, so a lower figure is necessary for a faster proxy and not sufficient.

mod callgrind;
mod ledger;

use std::{net::SocketAddr, process::Command};

use anyhow::{Context as _, Result, ensure};
use bench_options::{Instructions, Page, Upstream as Way};

use self::{
    callgrind::Callgrind,
    ledger::{Entry, Ledger},
};
use crate::{
    client::{self, Connection},
    process::free_address,
    programs,
    report::{Cell, Column, Machine, Report, Row, Table},
    request::Request,
    servers::{self, Setting, snyk_app},
    upstream::{Contents as _, Upstream},
};

/// Requests before the counting begins: everything that happens once has happened then.
const WARM_UP: u32 = 300;
const PAGE: Page = Page::Small;

const COLUMNS: &[Column] = &[
    Column {
        key: "instructions_per_request",
        heading: "instructions/request",
        decimals: 0,
    },
    Column {
        key: "of_bare",
        heading: "of bare",
        decimals: 2,
    },
    Column {
        key: "recorded",
        heading: "recorded",
        decimals: 0,
    },
    Column {
        key: "limit",
        heading: "limit",
        decimals: 0,
    },
];

pub(crate) async fn run(options: &Instructions) -> Result<Report> {
    let mut ledger = Ledger::read()?;
    let upstream = Upstream::start().await?;
    let setting = Setting {
        upstream: upstream.target(Way::Plain),
        sessions: 1,
        are_limits_on: false,
    };
    let bare = bare(&setting, options.requests).await.context("bare")?;
    let product = product(&setting, options.requests)
        .await
        .context("snyk-app")?;
    let mut report = Report::new(
        "instructions",
        vec![format!(
            "callgrind, {} requests one after the other on one connection, after {WARM_UP} \
             uncounted ones; {}",
            options.requests,
            PAGE.title()
        )],
    );
    let last = ledger.last().cloned();
    let recorded =
        |figure: fn(&Entry) -> u64| last.as_ref().map_or(Cell::Empty, |e| cell(figure(e)));
    if let Some(words) = &options.record {
        let Machine { date, commit, .. } = &report.machine;
        ledger.record(
            Entry {
                date: date.clone(),
                commit: commit.clone(),
                product,
                bare,
                words: words.clone(),
            },
            options.limit,
        )?;
    }
    report.violations.extend(ledger.violation(product));
    report.tables.push(Table {
        title: PAGE.title().to_owned(),
        columns: COLUMNS,
        rows: vec![
            Row::new(
                "bare axum + hyper",
                [
                    cell(bare),
                    1.0.into(),
                    recorded(|entry| entry.bare),
                    Cell::Empty,
                ],
            ),
            Row::new(
                "snyk-app",
                [
                    cell(product),
                    (number(product) / number(bare)).into(),
                    recorded(|entry| entry.product),
                    cell(ledger.limit),
                ],
            ),
        ],
    });
    Ok(report)
}

/// Returns the instructions of the bare proxy for each request.
async fn bare(setting: &Setting, requests: u32) -> Result<u64> {
    let address = free_address()?;
    let mut command = Command::new(programs::bare_proxy()?);
    command.args(servers::bare::arguments(address, setting));
    let mut callgrind = Callgrind::start(&command)?;
    callgrind.server().listens(address).await?;
    let request = Request {
        path: PAGE.path(),
        ..Request::default()
    };
    count(callgrind, address, &request, requests).await
}

/// Returns the instructions of the product for each request.
async fn product(setting: &Setting, requests: u32) -> Result<u64> {
    let folder = tempfile::tempdir()?;
    let address = free_address()?;
    let command = snyk_app::command(address, &setting.upstream, folder.path(), false)?;
    let mut callgrind = Callgrind::start(&command)?;
    callgrind.server().listens(address).await?;
    let sessions = snyk_app::sign_in(address, 1, false).await?;
    let session = sessions.first().context("no session")?;
    let request = Request {
        path: format!("{}{}", session.prefix, PAGE.path()),
        cookie: session.cookie.clone(),
        client: None,
    };
    count(callgrind, address, &request, requests).await
}

async fn count(
    callgrind: Callgrind,
    address: SocketAddr,
    request: &Request,
    requests: u32,
) -> Result<u64> {
    client::check(address, request, PAGE.body().as_bytes()).await?;
    let mut connection = Connection::open(address).await?;
    send(&mut connection, request, WARM_UP).await?;
    callgrind.count(true)?;
    send(&mut connection, request, requests).await?;
    callgrind.count(false)?;
    let total = callgrind.finish()?;
    ensure!(total > 0, "callgrind counted nothing");
    Ok(total / u64::from(requests))
}

async fn send(connection: &mut Connection, request: &Request, times: u32) -> Result<()> {
    for _ in 0..times {
        let (status, _) = connection.get(request).await?;
        ensure!(status == 200, "a read was answered with {status}");
    }
    Ok(())
}

fn cell(figure: u64) -> Cell {
    number(figure).into()
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn number(figure: u64) -> f64 {
    figure as f64
}
