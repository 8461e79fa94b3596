//! The load generator: Debian's `wrk`, which costs a third of a client in hyper, so that more of the
//! machine is left for what is measured.

use std::{fmt::Write as _, net::SocketAddr, path::Path, process::Stdio};

use anyhow::{Context as _, Result, ensure};
use bench_options::Load;
use serde::Deserialize;
use tokio::process::Command;

use crate::{programs, request::Request};

const SCRIPT: &str = include_str!("wrk.lua");
/// Two, as is wrk's default: the machines that this is for have two cores.
const THREADS: u32 = 2;

/// What one run of wrk measured.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outcome {
    requests: u32,
    microseconds: f64,
    bytes: f64,
    p50_microseconds: f64,
    p99_microseconds: f64,
    /// Answers with a status of an error.
    refused: u32,
    /// Connections that were not made, and answers that were not read.
    broken: u32,
}

impl Outcome {
    fn parse(output: &str) -> Result<Self> {
        let line = output
            .lines()
            .find_map(|line| line.strip_prefix("RESULT "))
            .context("wrk printed no result")?;
        Ok(serde_json::from_str(line)?)
    }

    /// Returns an error unless every answer had at least this many bytes and no error.
    fn check(&self, least_bytes: usize) -> Result<()> {
        ensure!(
            self.refused == 0 && self.broken == 0,
            "of {} answers, {} were refusals and {} could not be read",
            self.requests,
            self.refused,
            self.broken
        );
        ensure!(self.requests > 100, "only {} answers", self.requests);
        let least = f64::from(self.requests) * f64::from(u32::try_from(least_bytes)?);
        ensure!(
            self.bytes >= least,
            "the answers are too short to be the page: {} bytes for each",
            self.bytes / f64::from(self.requests)
        );
        Ok(())
    }

    pub(crate) fn requests(&self) -> f64 {
        f64::from(self.requests)
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.requests() * 1e6 / self.microseconds
    }

    pub(crate) fn p50_ms(&self) -> f64 {
        self.p50_microseconds / 1e3
    }

    pub(crate) fn p99_ms(&self) -> f64 {
        self.p99_microseconds / 1e3
    }
}

/// Sends reads in turn over kept connections for the time of a round. Each answer must have at least
/// `least_bytes`.
pub(crate) async fn run(
    address: SocketAddr,
    requests: &[Request],
    least_bytes: usize,
    load: Load,
) -> Result<Outcome> {
    let folder = tempfile::tempdir()?;
    let script = folder.path().join("wrk.lua");
    let list = folder.path().join("requests.tsv");
    std::fs::write(&script, SCRIPT)?;
    std::fs::write(&list, lines(requests))?;
    let output = command(&script, &list, address, load)?
        .output()
        .await
        .context("cannot run wrk")?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success(),
        "wrk ended with {}: {text}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    let outcome = Outcome::parse(&text)?;
    outcome.check(least_bytes)?;
    Ok(outcome)
}

fn command(script: &Path, list: &Path, address: SocketAddr, load: Load) -> Result<Command> {
    let mut command = Command::new(programs::wrk()?);
    command
        .args(["--threads", &THREADS.min(load.connections).to_string()])
        .args(["--connections", &load.connections.to_string()])
        .args(["--duration", &format!("{}s", load.seconds)])
        .args(["--timeout", "10s", "--script"])
        .arg(script)
        .arg(format!("http://localhost:{}", address.port()))
        .arg("--")
        .arg(list)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    Ok(command)
}

/// Returns the file that `wrk.lua` reads.
fn lines(requests: &[Request]) -> String {
    let mut text = String::new();
    for Request {
        path,
        cookie,
        client,
    } in requests
    {
        let cookie = cookie.as_deref().unwrap_or_default();
        let client = client.as_deref().unwrap_or_default();
        let _ = writeln!(text, "{path}\t{cookie}\t{client}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "Running 2s test @ http://localhost:1\n  2 threads and 64 connections\n\
        RESULT {\"requests\":20000,\"microseconds\":2000000,\"bytes\":40000000,\
        \"p50_microseconds\":1500,\"p99_microseconds\":4000,\"refused\":0,\"broken\":0}\n";

    #[test]
    fn the_result_is_found_in_what_wrk_prints() {
        let outcome = Outcome::parse(OUTPUT).unwrap();
        let figures = [outcome.per_second(), outcome.p50_ms(), outcome.p99_ms()];
        assert_eq!(figures.map(|one| one.to_string()), ["10000", "1.5", "4"]);
        assert!(Outcome::parse("Running\nunable to connect\n").is_err());
        assert!(Outcome::parse("RESULT {\"requests\":1}").is_err());
    }

    #[test]
    fn answers_that_are_not_the_page_are_no_measurement() {
        let outcome = Outcome::parse(OUTPUT).unwrap();
        outcome.check(2_000).unwrap();
        for (wrong, words) in [
            (
                Outcome {
                    refused: 1,
                    ..outcome
                },
                "1 were refusals",
            ),
            (
                Outcome {
                    broken: 2,
                    ..outcome
                },
                "2 could not be read",
            ),
            (
                Outcome {
                    requests: 90,
                    ..outcome
                },
                "only 90 answers",
            ),
        ] {
            let error = wrong.check(2_000).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        let error = outcome.check(2_001).unwrap_err().to_string();
        assert!(error.contains("too short"), "{error}");
    }

    #[test]
    fn a_line_has_three_fields() {
        let session = Request {
            path: "/a".to_owned(),
            cookie: Some("s=1".to_owned()),
            client: Some("10.0.0.1".to_owned()),
        };
        let anonymous = Request {
            path: "/b".to_owned(),
            ..Request::default()
        };
        assert_eq!(lines(&[session, anonymous]), "/a\ts=1\t10.0.0.1\n/b\t\t\n");
    }
}
