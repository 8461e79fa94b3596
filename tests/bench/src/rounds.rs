//! Rounds of load that alternate between servers.

use anyhow::{Context as _, Result};
use bench_options::Load;

use crate::{process::Server, request::Request, stats::median, wrk};

/// A server, and the reads to send to it.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) name: &'a str,
    pub(crate) address: std::net::SocketAddr,
    pub(crate) server: &'a Server,
    pub(crate) requests: Vec<Request>,
    /// Each answer must have at least this many bytes.
    pub(crate) least_bytes: usize,
}

/// The measurements of one round.
#[derive(Clone, Copy, Debug)]
struct Round {
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    /// CPU time of the server for a thousand requests, user and system.
    cpu_seconds: f64,
    rss_mib: f64,
}

/// The medians of the rounds of one server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Medians {
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) cpu_seconds: f64,
    /// Memory after the last round.
    pub(crate) loaded_mib: f64,
}

/// Runs the rounds, and returns for each server the medians, or why it was not measured to the end.
/// The first round is a warm-up.
pub(crate) async fn run(subjects: &[Subject<'_>], load: Load) -> Vec<Result<Medians>> {
    let mut all: Vec<Result<Vec<Round>>> = subjects.iter().map(|_| Ok(Vec::new())).collect();
    for number in 0..=load.rounds {
        for (subject, rounds) in subjects.iter().zip(&mut all) {
            let Ok(done) = rounds else { continue };
            match round(subject, load).await {
                Ok(measured) if number > 0 => done.push(measured),
                Ok(_) => {}
                Err(error) => *rounds = Err(error),
            }
        }
    }
    all.into_iter()
        .map(|rounds| Ok(medians(&rounds?)))
        .collect()
}

async fn round(subject: &Subject<'_>, load: Load) -> Result<Round> {
    let Subject {
        name,
        address,
        server,
        requests,
        least_bytes,
    } = subject;
    let before = server.usage()?;
    let outcome = wrk::run(*address, requests, *least_bytes, load).await;
    let outcome = outcome.with_context(|| (*name).to_owned())?;
    let after = server.usage()?;
    let cpu = after.cpu.saturating_sub(before.cpu).as_secs_f64();
    Ok(Round {
        per_second: outcome.per_second(),
        p50_ms: outcome.p50_ms(),
        p99_ms: outcome.p99_ms(),
        cpu_seconds: cpu * 1e3 / outcome.requests(),
        rss_mib: after.rss_mib,
    })
}

fn medians(rounds: &[Round]) -> Medians {
    let of = |figure: fn(&Round) -> f64| median(rounds.iter().map(figure));
    Medians {
        per_second: of(|round| round.per_second),
        p50_ms: of(|round| round.p50_ms),
        p99_ms: of(|round| round.p99_ms),
        cpu_seconds: of(|round| round.cpu_seconds),
        loaded_mib: rounds.last().map_or(f64::NAN, |round| round.rss_mib),
    }
}
