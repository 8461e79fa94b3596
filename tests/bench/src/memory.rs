//! Memory of the product by number of sessions: each with a connection of its own, from a sign-in of
//! its own, and all of them used by the load.

use std::time::Instant;

use anyhow::{Context as _, Result};
use bench_options::{Load, Memory, Page, Upstream as Way};

use crate::{
    process::free_address,
    report::{Cell, Column, Report, Row, Table},
    request::Request,
    rounds::{self, Subject},
    servers::snyk_app,
    upstream::{Contents as _, Target, Upstream},
};

const COLUMNS: &[Column] = &[
    Column {
        key: "rss_idle_mib",
        heading: "started MiB",
        decimals: 1,
    },
    Column {
        key: "rss_signed_in_mib",
        heading: "signed in MiB",
        decimals: 1,
    },
    Column {
        key: "rss_loaded_mib",
        heading: "after load MiB",
        decimals: 1,
    },
    Column {
        key: "requests_per_second",
        heading: "requests/s",
        decimals: 0,
    },
    Column {
        key: "sign_in_seconds",
        heading: "signing in, s",
        decimals: 0,
    },
];

pub(crate) async fn run(options: &Memory) -> Result<Report> {
    let upstream = Upstream::start().await?;
    let target = upstream.target(Way::Plain);
    let Load {
        seconds,
        rounds,
        connections,
    } = options.load;
    let mut report = Report::new(
        "memory",
        vec![format!(
            "resident memory of a server of its own for each row; load: {} rounds of {seconds} s with \
             {connections} connections, a read of {} in each session in turn, without sessions of \
             /healthz",
            rounds + 1,
            Page::Small.title()
        )],
    );
    let mut rows = Vec::new();
    for sessions in &options.sessions {
        rows.push(row(*sessions, &target, options.load).await?);
    }
    report.tables.push(Table {
        title: "memory by sessions".to_owned(),
        columns: COLUMNS,
        rows,
    });
    Ok(report)
}

async fn row(sessions: u32, upstream: &Target, load: Load) -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let address = free_address()?;
    let server = snyk_app::serve(address, upstream, folder.path(), false).await?;
    let idle = server.idle_mib().await?;
    let began = Instant::now();
    let signed_in = snyk_app::sign_in(address, sessions, false).await?;
    let sign_in_seconds = began.elapsed().as_secs_f64();
    let after_sign_in = server.usage()?.rss_mib;
    let reads = signed_in.iter().map(|session| Request {
        path: format!("{}{}", session.prefix, Page::Small.path()),
        cookie: session.cookie.clone(),
        client: None,
    });
    let mut requests: Vec<Request> = reads.collect();
    let least_bytes = if requests.is_empty() {
        requests.push(Request {
            path: "/healthz".to_owned(),
            ..Request::default()
        });
        0
    } else {
        Page::Small.body().len()
    };
    let subject = Subject {
        name: "snyk-app",
        address,
        server: &server,
        requests,
        least_bytes,
    };
    let measured = rounds::run(&[subject], load).await.pop();
    let medians = measured.context("one server was measured")??;
    Ok(Row::new(
        format!("{sessions} sessions"),
        [
            idle,
            after_sign_in,
            medians.loaded_mib,
            medians.per_second,
            sign_in_seconds,
        ]
        .map(Cell::from),
    ))
}
