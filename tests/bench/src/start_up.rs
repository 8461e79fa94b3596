//! Time from the start of the program until it answers that it is ready.

use std::{
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use bench_options::StartUp;

use crate::{
    client::Connection,
    process::{Server, free_address},
    programs,
    report::{Cell, Column, Report, Row, Table},
    request::Request,
    servers::snyk_app,
    stats::{median, percentile},
    upstream::Target,
};

const COLUMNS: &[Column] = &[
    Column {
        key: "median_ms",
        heading: "median ms",
        decimals: 1,
    },
    Column {
        key: "fastest_ms",
        heading: "fastest ms",
        decimals: 1,
    },
    Column {
        key: "slowest_ms",
        heading: "slowest ms",
        decimals: 1,
    },
];
/// Interval of the attempts to read readiness.
const INTERVAL: Duration = Duration::from_millis(1);
const TIMEOUT: Duration = Duration::from_mins(1);

pub(crate) async fn run(options: StartUp) -> Result<Report> {
    let mut new_database = Vec::new();
    let mut same_database = Vec::new();
    let mut help = Vec::new();
    for _ in 0..options.times {
        let folder = tempfile::tempdir()?;
        new_database.push(ready(folder.path()).await?);
        same_database.push(ready(folder.path()).await?);
        help.push(help_printed()?);
    }
    let mut report = Report::new(
        "start-up",
        vec![format!(
            "from the start of the process to the first 200 of /readyz, asked every {} ms; {} starts, \
             the program in the page cache after the first",
            INTERVAL.as_millis(),
            options.times
        )],
    );
    let row = |name: &str, times: &[f64]| {
        let of = |percent| percentile(times.iter().copied(), percent);
        Row::new(
            name,
            [median(times.iter().copied()), of(0), of(100)].map(Cell::from),
        )
    };
    report.tables.push(Table {
        title: "start-up".to_owned(),
        columns: COLUMNS,
        rows: vec![
            row("ready, new database", &new_database),
            row("ready, same database", &same_database),
            row("--help printed", &help),
        ],
    });
    Ok(report)
}

/// Returns the milliseconds until a server is ready.
async fn ready(folder: &Path) -> Result<f64> {
    let address = free_address()?;
    // Nothing listens there, and nothing is read from it at the start.
    let upstream = Target {
        address: free_address()?,
        certificate: None,
    };
    let mut command = snyk_app::command(address, &upstream, folder, false)?;
    let began = Instant::now();
    let _server = Server::start(&mut command, &folder.join("output.log"))?;
    while !is_ready(address).await {
        ensure!(began.elapsed() < TIMEOUT, "it does not become ready");
        tokio::time::sleep(INTERVAL).await;
    }
    Ok(began.elapsed().as_secs_f64() * 1e3)
}

async fn is_ready(address: SocketAddr) -> bool {
    let request = Request {
        path: "/readyz".to_owned(),
        ..Request::default()
    };
    let Ok(mut connection) = Connection::open(address).await else {
        return false;
    };
    let answer = connection.get(&request).await;
    answer.is_ok_and(|(status, _)| status == 200)
}

fn help_printed() -> Result<f64> {
    let began = Instant::now();
    let status = Command::new(programs::snyk_app()?)
        .arg("--help")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()?;
    let took = began.elapsed().as_secs_f64() * 1e3;
    ensure!(status.success(), "--help ended with {status}");
    Ok(took)
}
