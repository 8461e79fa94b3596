//! Whole sign-ins against the sandbox: a login attempt, consent at the sandbox, and the exchange of
//! the code, after which the session exists.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use bench_options::SignIns;

use crate::{
    process::free_address,
    report::{Cell, Column, Report, Row, Table},
    sandbox::{self, Sandbox},
    servers::snyk_app::{self, Attempt, Browser},
    stats::{median, percentile},
    upstream::Target,
};

const COLUMNS: &[Column] = &[
    Column {
        key: "per_second",
        heading: "per second",
        decimals: 1,
    },
    Column {
        key: "p50_ms",
        heading: "p50 ms",
        decimals: 2,
    },
    Column {
        key: "p99_ms",
        heading: "p99 ms",
        decimals: 2,
    },
    Column {
        key: "cpu_seconds_per_1000",
        heading: "CPU s/1,000",
        decimals: 3,
    },
];
/// Time before the measurement begins.
const WARM_UP: Duration = Duration::from_secs(1);

/// The durations of one sign-in, in milliseconds.
#[derive(Clone, Copy, Debug)]
struct Durations {
    whole: f64,
    login: f64,
    consent: f64,
    exchange: f64,
}

pub(crate) async fn run(options: SignIns) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let (address, sandbox_at) = (free_address()?, free_address()?);
    let sandbox = Sandbox::start(sandbox_at, address, folder.path(), &[]).await?;
    let upstream = Target {
        address: sandbox_at,
        certificate: None,
    };
    let server = snyk_app::serve(address, &upstream, folder.path(), false).await?;
    sign_in_for(WARM_UP, &sandbox, address, options.browsers).await?;
    let before = server.usage()?.cpu;
    let began = Instant::now();
    let duration = Duration::from_secs(options.seconds);
    let all = sign_in_for(duration, &sandbox, address, options.browsers).await?;
    let took = began.elapsed().as_secs_f64();
    let cpu = server.usage()?.cpu.saturating_sub(before).as_secs_f64();
    let count = f64::from(u32::try_from(all.len())?);

    let mut report = Report::new(
        "sign-ins",
        vec![format!(
            "{} browsers sign in for {} s, each again and again; the sandbox runs beside the server",
            options.browsers, options.seconds
        )],
    );
    let times = |of: fn(&Durations) -> f64| {
        [
            median(all.iter().map(of)),
            percentile(all.iter().map(of), 99),
        ]
    };
    let part = |name: &str, of: fn(&Durations) -> f64| {
        let [p50, p99] = times(of);
        Row::new(name, [Cell::Empty, p50.into(), p99.into(), Cell::Empty])
    };
    let [p50, p99] = times(|one| one.whole);
    let whole = [count / took, p50, p99, cpu * 1e3 / count];
    report.tables.push(Table {
        title: "sign-ins".to_owned(),
        columns: COLUMNS,
        rows: vec![
            Row::new("whole", whole.map(Cell::from)),
            part("the attempt is registered", |one| one.login),
            part("consent at the sandbox", |one| one.consent),
            part("the code is exchanged", |one| one.exchange),
        ],
    });
    Ok(report)
}

async fn sign_in_for(
    duration: Duration,
    sandbox: &Sandbox,
    address: SocketAddr,
    browsers: u32,
) -> Result<Vec<Durations>> {
    let until = Instant::now() + duration;
    let workers: Vec<_> = (0..browsers)
        .map(|_| {
            let (sandbox, browser) = (sandbox.control(), Browser::new(address, None));
            tokio::spawn(async move {
                let mut all = Vec::new();
                while Instant::now() < until {
                    all.push(sign_in(&sandbox, &browser, address).await?);
                }
                anyhow::Ok(all)
            })
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await?.context("a sign-in failed")?);
    }
    Ok(all)
}

async fn sign_in(
    sandbox: &sandbox::Control,
    browser: &Browser,
    address: SocketAddr,
) -> Result<Durations> {
    let ms = |duration: Duration| duration.as_secs_f64() * 1e3;
    let began = Instant::now();
    let attempt = Attempt::new()?;
    let cookie = browser.start(&attempt).await?;
    let login = began.elapsed();
    let callback = sandbox.consent(&attempt, address, None).await?;
    let consented = began.elapsed();
    let signed_in = browser.finish(&cookie, &callback).await?;
    Ok(Durations {
        whole: ms(began.elapsed()),
        login: ms(login),
        consent: ms(consented.saturating_sub(login)),
        exchange: ms(signed_in.finish_duration),
    })
}
