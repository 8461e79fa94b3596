//! A signed-in read through the proxy, beside the same read through others: a bare pass-through,
//! which is the baseline, and the servers that one would otherwise take.

use anyhow::{Result, bail};
use bench_options::{Page, Proxy, Server as Kind, Switch};

use crate::{
    client,
    report::{Cell, Column, Report, Row, Table},
    rounds::{self, Medians, Subject},
    servers::{self, Setting, UnderTest},
    upstream::{Contents as _, Upstream},
};

const COLUMNS: &[Column] = &[
    column("requests_per_second", "requests/s", 0),
    column("requests_of_bare", "of bare", 2),
    column("p50_ms", "p50 ms", 2),
    column("p99_ms", "p99 ms", 2),
    column("p99_of_bare", "of bare", 2),
    column("cpu_seconds_per_1000", "CPU s/1,000", 4),
    column("cpu_of_bare", "of bare", 2),
    column("rss_idle_mib", "idle MiB", 1),
    column("rss_loaded_mib", "loaded MiB", 1),
];

/// With limits on, a session may send 1,500 requests at once: so many sessions are needed that none
/// meets that limit.
const SESSIONS_WITH_LIMITS: u32 = 1_000;

const fn column(key: &'static str, heading: &'static str, decimals: usize) -> Column {
    Column {
        key,
        heading,
        decimals,
    }
}

/// One of the combinations to measure.
#[derive(Clone, Copy, Debug)]
struct Scenario {
    way: bench_options::Upstream,
    limits: Switch,
    sessions: u32,
}

pub(crate) async fn run(options: &Proxy) -> Result<Report> {
    let upstream = Upstream::start().await?;
    let load = options.load;
    let mut report = Report::new(
        "proxy",
        vec![format!(
            "wrk with {} connections, rounds of {} s in turns, medians of {}; the upstream is nginx; \
             wrk, upstream and server share the cores",
            load.connections, load.seconds, load.rounds
        )],
    );
    let kinds = kinds(&options.servers);
    for scenario in scenarios(options) {
        let started = start(&kinds, &upstream, scenario).await;
        for page in &options.page {
            let table = measure(&started, *page, scenario, options).await?;
            report.tables.push(table);
        }
    }
    Ok(report)
}

/// Returns the servers to measure, the baseline first.
fn kinds(wanted: &[Kind]) -> Vec<Kind> {
    let others = wanted.iter().copied().filter(|kind| *kind != Kind::Bare);
    std::iter::once(Kind::Bare).chain(others).collect()
}

fn scenarios(options: &Proxy) -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for way in &options.upstream {
        for limits in &options.limits {
            for sessions in &options.sessions {
                let sessions = match limits {
                    Switch::Off => *sessions,
                    Switch::On => SESSIONS_WITH_LIMITS.max(*sessions),
                };
                scenarios.push(Scenario {
                    way: *way,
                    limits: *limits,
                    sessions,
                });
            }
        }
    }
    scenarios
}

/// A server, or why it could not be started.
type Started = (Kind, Result<UnderTest>);

async fn start(kinds: &[Kind], upstream: &Upstream, scenario: Scenario) -> Vec<Started> {
    let setting = Setting {
        upstream: upstream.target(scenario.way),
        sessions: scenario.sessions,
        are_limits_on: scenario.limits == Switch::On,
    };
    let mut started = Vec::new();
    for kind in kinds {
        started.push((*kind, servers::start(*kind, &setting).await));
    }
    started
}

async fn measure(
    started: &[Started],
    page: Page,
    scenario: Scenario,
    options: &Proxy,
) -> Result<Table> {
    let body = page.body();
    let mut rows: Vec<(Kind, Result<usize, String>)> = Vec::new();
    let mut subjects = Vec::new();
    for (kind, server) in started {
        let subject = match server {
            Ok(server) => subject(server, page, &body).await,
            Err(error) => Err(format!("{error:#}")),
        };
        rows.push((
            *kind,
            subject.map(|subject| {
                subjects.push(subject);
                subjects.len() - 1
            }),
        ));
    }
    let measured = rounds::run(&subjects, options.load).await;
    let bare = match (&rows[..], &measured[..]) {
        ([(Kind::Bare, Ok(0)), ..], [Ok(bare), ..]) => *bare,
        ([(_, Err(reason)), ..], _) => bail!("no baseline: {reason}"),
        (_, [Err(error), ..]) => bail!("no baseline: {error:#}"),
        _ => bail!("no baseline"),
    };
    let row = |(kind, subject): &(Kind, Result<usize, String>)| {
        let name = servers::name(*kind);
        match subject.as_ref().map(|index| &measured[*index]) {
            Ok(Ok(medians)) => Row::new(name, figures(medians, &bare, idle(started, *kind))),
            Ok(Err(error)) => Row::not_measured(name, format!("{error:#}")),
            Err(reason) => Row::not_measured(name, reason),
        }
    };
    Ok(Table {
        title: title(page, scenario),
        columns: COLUMNS,
        rows: rows.iter().map(row).collect(),
    })
}

/// Returns the reads of a server that answers them with the page.
async fn subject<'a>(server: &'a UnderTest, page: Page, body: &str) -> Result<Subject<'a>, String> {
    let requests = server.requests(page);
    let first = requests.first().ok_or("it has no session")?;
    let checked = client::check(server.address, first, body.as_bytes()).await;
    checked.map_err(|error| format!("{error:#}"))?;
    Ok(Subject {
        name: server.name,
        address: server.address,
        server: &server.server,
        requests,
        least_bytes: body.len(),
    })
}

fn idle(started: &[Started], kind: Kind) -> f64 {
    let found = started.iter().find(|(known, _)| *known == kind);
    found
        .and_then(|(_, server)| server.as_ref().ok())
        .map_or(f64::NAN, |server| server.idle_mib)
}

fn figures(medians: &Medians, bare: &Medians, idle_mib: f64) -> [Cell; 9] {
    [
        medians.per_second,
        medians.per_second / bare.per_second,
        medians.p50_ms,
        medians.p99_ms,
        medians.p99_ms / bare.p99_ms,
        medians.cpu_seconds,
        medians.cpu_seconds / bare.cpu_seconds,
        idle_mib,
        medians.loaded_mib,
    ]
    .map(Cell::from)
}

fn title(page: Page, scenario: Scenario) -> String {
    let Scenario {
        way,
        limits,
        sessions,
    } = scenario;
    let way = match way {
        bench_options::Upstream::Plain => "upstream plain",
        bench_options::Upstream::Tls => "upstream TLS",
        bench_options::Upstream::H2 => "upstream TLS, HTTP/2 where supported",
    };
    let limits = match limits {
        Switch::Off => "limits off",
        Switch::On => "limits on",
    };
    let sessions = match sessions {
        1 => "1 session".to_owned(),
        many => format!("{many} sessions"),
    };
    format!("{}; {sessions}; {limits}; {way}", page.title())
}

#[cfg(test)]
mod tests {
    use bench_options::Load;

    use super::*;

    fn options() -> Proxy {
        Proxy {
            servers: vec![Kind::SnykApp, Kind::Bare],
            page: vec![Page::Small],
            sessions: vec![1, 2_000],
            limits: vec![Switch::Off, Switch::On],
            upstream: vec![bench_options::Upstream::Plain],
            load: Load {
                seconds: 1,
                rounds: 1,
                connections: 1,
            },
        }
    }

    #[test]
    fn the_baseline_comes_first_whatever_is_asked_for() {
        assert_eq!(kinds(&options().servers), [Kind::Bare, Kind::SnykApp]);
        assert_eq!(kinds(&[]), [Kind::Bare]);
    }

    #[test]
    fn every_combination_is_measured_and_limits_get_sessions_enough() {
        let scenarios = scenarios(&options());
        let sessions: Vec<u32> = scenarios.iter().map(|one| one.sessions).collect();
        assert_eq!(sessions, [1, 2_000, 1_000, 2_000]);
        assert_eq!(
            title(Page::Large, scenarios[2]),
            "100 projects, 66 KB; 1000 sessions; limits on; upstream plain"
        );
    }
}
