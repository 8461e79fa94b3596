//! The cost of a large database: two servers, one with sixty sessions and one with a million.

use std::{
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

use crate::{
    Server,
    app::{self, Browser, Session},
    fill::fill,
    free_address,
    load::{self, Target},
    median, upstream,
};

/// Name, sessions and connections of each database.
const DATABASES: [(&str, u32, u32); 2] = [
    ("sixty sessions", 60, 60),
    ("a million sessions", 1_000_000, 100_000),
];
const ROUNDS: usize = 5;
/// Turns of logins. The server sweeps every ten seconds, so that each turn includes a sweep.
const LOGIN_TURNS: usize = 4;
const LOGIN_TURN: Duration = Duration::from_secs(11);

/// A running server with a filled database.
struct Bed {
    name: &'static str,
    address: SocketAddr,
    server: Server,
    session: Session,
    logins: Vec<f64>,
    medians: [Vec<f64>; 2],
    _folder: tempfile::TempDir,
}

pub(crate) async fn run(program: &Path) -> Result<()> {
    let own = std::env::current_exe()?;
    let upstream_at = free_address()?;
    let _upstream = Server::start(Command::new(&own).args(["upstream", &upstream_at.to_string()]))?;
    load::ready(upstream_at).await?;
    let mut beds = Vec::new();
    for (name, sessions, connections) in DATABASES {
        let began = Instant::now();
        let bed = start(program, upstream_at, name, sessions, connections).await?;
        let took = began.elapsed().as_secs();
        println!("{name}, {connections} connections: filled and started in {took} s");
        beds.push(bed);
    }
    println!(
        "reads: rounds of 2 s in turns, medians of {ROUNDS}; logins: one after the other, \
         {LOGIN_TURNS} turns of {} s",
        LOGIN_TURN.as_secs()
    );
    // The first round is a warm-up.
    for round in 0..=ROUNDS {
        for bed in &mut beds {
            for (target, medians) in targets(bed).iter().zip(&mut bed.medians) {
                let measured = load::round(target).await?;
                if round > 0 {
                    medians.push(measured.median_ms);
                }
            }
        }
    }
    for _ in 0..LOGIN_TURNS {
        for bed in &mut beds {
            let browser = Browser::new(bed.address);
            browser.connect().await?;
            let until = Instant::now() + LOGIN_TURN;
            while Instant::now() < until {
                let session = browser.connect().await?;
                bed.logins
                    .push(session.finish_duration.as_secs_f64() * 1_000.0);
            }
        }
    }
    report(&beds);
    Ok(())
}

/// Starts a server, signs in, fills its database while it is stopped, and starts it again.
async fn start(
    program: &Path,
    upstream_at: SocketAddr,
    name: &'static str,
    sessions: u32,
    connections: u32,
) -> Result<Bed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("app.db");
    let address = free_address()?;
    let serve = || -> Result<Server> {
        let upstream = format!("http://{upstream_at}");
        Server::start(
            app::command(program, address, &upstream, folder.path())
                .env("DATABASE_URL", format!("sqlite://{}", file.display()))
                .stdout(Stdio::null()),
        )
    };
    let server = serve()?;
    load::ready(address)
        .await
        .context("snyk-app does not start")?;
    let session = Browser::new(address).connect().await?;
    drop(server);
    fill(&file, sessions, connections).await?;
    let server = serve()?;
    load::ready(address)
        .await
        .context("snyk-app does not start again")?;
    Ok(Bed {
        name,
        address,
        server,
        session,
        logins: Vec::new(),
        medians: [Vec::new(), Vec::new()],
        _folder: folder,
    })
}

/// Returns the reads: who is signed in, and a proxied one.
fn targets(bed: &Bed) -> [Target; 2] {
    let target = |path: String| Target {
        name: bed.name,
        address: bed.address,
        process: bed.server.id(),
        path,
        cookie: Some(bed.session.cookie.clone()),
    };
    let proxied = format!(
        "/api/connections/{}/snyk/rest/orgs/{}/projects?limit=10",
        bed.session.connection,
        upstream::ORG
    );
    [target("/api/session".to_owned()), target(proxied)]
}

fn report(beds: &[Bed]) {
    let [small, large] = beds else { return };
    println!(
        "\n  {:<28} {:>16} {:>20} {:>8} {:>6}",
        "ms", small.name, large.name, "ratio", "bar"
    );
    let line = |what: &str, bar: f64, figure: &dyn Fn(&Bed) -> f64| {
        let (small, large) = (figure(small), figure(large));
        let ratio = large / small;
        let verdict = if ratio <= bar { "" } else { "  over" };
        println!("  {what:<28} {small:>16.2} {large:>20.2} {ratio:>8.2} {bar:>6.1}{verdict}");
    };
    let longest = |bed: &Bed| bed.logins.iter().copied().fold(0.0, f64::max);
    line("session read, median", 1.5, &|bed| {
        median(bed.medians[0].iter().copied())
    });
    line("proxied read, median", 1.5, &|bed| {
        median(bed.medians[1].iter().copied())
    });
    line("finished login, median", 1.5, &|bed| {
        median(bed.logins.iter().copied())
    });
    line("longest login during sweeps", 2.0, &longest);
    println!(
        "  logins: {} and {}",
        small.logins.len(),
        large.logins.len()
    );
}
