//! The overhead of the proxy.
//!
//! There are three programs: an upstream that answers every read with the same page of projects, a
//! bare pass-through to it (axum and hyper's client, without session, token and allow-list), and the
//! real `snyk-app`, signed in. The CPU time for each request, which the kernel counts for each
//! process, is comparable across machines.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result};

use crate::{
    Server,
    app::{self, Browser},
    free_address,
    load::{self, Round, Target},
    median, upstream,
};

const ROUNDS: usize = 7;

pub(crate) async fn run(program: &Path) -> Result<()> {
    let own = std::env::current_exe()?;
    let (upstream_at, peer_at, app_at) = (free_address()?, free_address()?, free_address()?);
    let upstream_url = format!("http://{upstream_at}");
    let _upstream = Server::start(Command::new(&own).args(["upstream", &upstream_at.to_string()]))?;
    let peer =
        Server::start(Command::new(&own).args(["peer", &peer_at.to_string(), &upstream_url]))?;
    load::ready(upstream_at).await?;
    load::ready(peer_at).await?;
    let folder = tempfile::tempdir()?;
    let app = Server::start(
        app::command(program, app_at, &upstream_url, folder.path()).stdout(Stdio::null()),
    )?;
    load::ready(app_at)
        .await
        .context("snyk-app does not start")?;
    let session = Browser::new(app_at).connect().await?;

    println!("rounds of 2 s in turns, medians of {ROUNDS}; 32 connections, one session");
    for (name, query) in [
        ("one project, 0.7 KB", "limit=10"),
        ("a page of 100 projects, 66 KB", "limit=100"),
    ] {
        let targets = [
            Target {
                name: "bare axum + hyper",
                address: peer_at,
                process: peer.id(),
                path: format!("/rest/orgs/{}/projects?{query}", upstream::ORG),
                cookie: None,
            },
            Target {
                name: "snyk-app's proxy",
                address: app_at,
                process: app.id(),
                path: format!(
                    "/api/connections/{}/snyk/rest/orgs/{}/projects?{query}",
                    session.connection,
                    upstream::ORG
                ),
                cookie: Some(session.cookie.clone()),
            },
        ];
        println!("\n{name}");
        report(&targets, &rounds(&targets).await?);
    }
    Ok(())
}

/// Runs rounds that alternate between the targets. The first round is a warm-up.
async fn rounds(targets: &[Target; 2]) -> Result<[Vec<Round>; 2]> {
    let mut all = [Vec::new(), Vec::new()];
    for round in 0..=ROUNDS {
        for (target, rounds) in targets.iter().zip(&mut all) {
            let measured = load::round(target).await?;
            if round > 0 {
                rounds.push(measured);
            }
        }
    }
    Ok(all)
}

fn report(targets: &[Target; 2], rounds: &[Vec<Round>; 2]) {
    println!(
        "  {:<20} {:>12} {:>12} {:>12} {:>14}",
        "", "requests/s", "median ms", "99 % ms", "CPU µs/request"
    );
    for (target, rounds) in targets.iter().zip(rounds) {
        println!(
            "  {:<20} {:>12.0} {:>12.2} {:>12.2} {:>14.0}",
            target.name,
            median(rounds.iter().map(|round| round.per_second)),
            median(rounds.iter().map(|round| round.median_ms)),
            median(rounds.iter().map(|round| round.slow_ms)),
            median(rounds.iter().map(|round| round.cpu_us)),
        );
    }
}
