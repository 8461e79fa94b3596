//! Reads of the store, in both databases: each session and each connection is read for the first time
//! since its server started.
//!
//! The sampled sessions and connections come from sign-ins, so that their tokens open. A look-up of a
//! session reads it with what its connections show; a token fetch reads a session, and its connection
//! with the tokens, which are opened.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::header;
use test_postgres::Database;

use super::{
    Comparison, compare as comparison,
    fill::{fill, fill_postgres},
};
use crate::{
    http_client::http_client,
    process::{Server, free_address},
    sandbox::Sandbox,
    servers::snyk_app::{self, Attempt, Browser, SignedIn},
    stats::median,
    upstream::Target,
};

/// The sessions and connections that are read, all of those in the small database.
pub(super) const SAMPLE: u32 = 1_000;
/// How often all of them are read, each time by a server that has just started.
pub(super) const ROUNDS: usize = 5;
/// Sign-ins at the same time.
const SIGN_INS: usize = 8;
/// Time that a server has for what it does once after its start.
const SETTLE_TIME: Duration = Duration::from_secs(1);

/// A stopped server and its database.
struct Bed {
    address: SocketAddr,
    provider: Target,
    samples: Vec<SignedIn>,
    /// The database, if it is no file.
    postgres: Option<Database>,
    folder: tempfile::TempDir,
    sandbox: Sandbox,
}

/// Compares a small and a large database of each kind.
pub(super) async fn compare(sessions: u32, connections: u32) -> Result<Vec<Comparison>> {
    let mut comparisons = Vec::new();
    for (is_postgres, [look_up, fetch]) in [
        (false, ["session look-up, SQLite", "token fetch, SQLite"]),
        (
            true,
            ["session look-up, PostgreSQL", "token fetch, PostgreSQL"],
        ),
    ] {
        let beds = [
            Bed::make(is_postgres, SAMPLE, SAMPLE).await?,
            Bed::make(is_postgres, sessions, connections).await?,
        ];
        let look_ups = measure(&beds, |_| "/api/session".to_owned()).await?;
        comparisons.push(comparison(look_up, look_ups, 1.5));
        let path = |sample: &SignedIn| format!("/api/connections/{}", sample.connection);
        comparisons.push(comparison(fetch, measure(&beds, path).await?, 1.5));
    }
    Ok(comparisons)
}

/// Returns the median duration of a read in each database, in milliseconds.
async fn measure(beds: &[Bed; 2], path: impl Fn(&SignedIn) -> String) -> Result<[f64; 2]> {
    let mut durations = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        let servers = [beds[0].serve().await?, beds[1].serve().await?];
        tokio::time::sleep(SETTLE_TIME).await;
        for (of_small, of_large) in beds[0].samples.iter().zip(&beds[1].samples) {
            for (at, sample) in [of_small, of_large].into_iter().enumerate() {
                let took = beds[at].read(&path(sample), sample).await?;
                durations[at].push(took.as_secs_f64() * 1e3);
            }
        }
        for server in servers {
            server.stop()?;
        }
    }
    Ok(durations.map(median))
}

impl Bed {
    /// Makes a database with so many sessions and connections, the sampled ones among them.
    async fn make(is_postgres: bool, sessions: u32, connections: u32) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (address, provider) = (free_address()?, free_address()?);
        // Each person has a connection.
        let flags = ["--context", "user"];
        let sandbox = Sandbox::start(provider, address, folder.path(), &flags).await?;
        let mut bed = Self {
            address,
            provider: Target {
                address: provider,
                certificate: None,
            },
            samples: Vec::new(),
            postgres: is_postgres.then(Database::create),
            folder,
            sandbox,
        };
        let server = bed.serve().await?;
        let control = bed.sandbox.control();
        let sign_in = async |number: u32| {
            let attempt = Attempt::new()?;
            let browser = Browser::new(address, None);
            let cookie = browser.start(&attempt).await?;
            let person = format!("person-{number}@example.test");
            let callback = control.consent(&attempt, address, Some(&person)).await?;
            browser.finish(&cookie, &callback).await
        };
        bed.samples = stream::iter(0..SAMPLE)
            .map(sign_in)
            .buffer_unordered(SIGN_INS)
            .try_collect()
            .await
            .context("a sign-in failed")?;
        server.stop()?;
        let (sessions, connections) = (sessions - SAMPLE, connections - SAMPLE);
        if sessions > 0 {
            match &bed.postgres {
                Some(database) => fill_postgres(database, sessions, connections),
                None => fill(&bed.folder.path().join("app.db"), sessions, connections).await?,
            }
        }
        Ok(bed)
    }

    async fn serve(&self) -> Result<Server> {
        let folder = self.folder.path();
        let mut command = snyk_app::command(self.address, &self.provider, folder, false)?;
        if let Some(database) = &self.postgres {
            command.env("DATABASE_URL", database.url());
        }
        let mut server = Server::start(&mut command, &folder.join("output.log"))?;
        server.listens(self.address).await?;
        Ok(server)
    }

    /// Reads a path in a session, and returns how long that took.
    async fn read(&self, path: &str, sample: &SignedIn) -> Result<Duration> {
        let url = format!("http://localhost:{}{path}", self.address.port());
        let request = http_client()
            .get(url)
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, &sample.cookie);
        let began = Instant::now();
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        let took = began.elapsed();
        ensure!(status == 200, "{path} was answered with {status}: {text}");
        let is_whole = text.contains(&sample.connection);
        ensure!(is_whole, "{path} has no connection: {text}");
        Ok(took)
    }
}
