//! The servers under test. Each is started in front of the same upstream, with its sessions signed
//! in, and is then only an address, a process and the reads to send.

mod apache;
pub(crate) mod bare;
mod express;
mod nginx;
pub(crate) mod snyk_app;

use std::{net::SocketAddr, path::Path};

use anyhow::{Context as _, Result};
use bench_options::{Page, Server as Kind};

use crate::{
    process::Server,
    request::Request,
    upstream::{Contents as _, Target},
};

/// What the servers of a comparison are given.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) upstream: Target,
    pub(crate) sessions: u32,
    pub(crate) are_limits_on: bool,
}

/// A running server, with its sessions.
#[derive(Debug)]
pub(crate) struct UnderTest {
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    pub(crate) server: Server,
    pub(crate) sessions: Vec<Session>,
    /// Memory in MiB before the first load.
    pub(crate) idle_mib: f64,
    /// Its files, which must live as long as the server.
    _folder: tempfile::TempDir,
}

/// What a read of a session has in addition to the upstream's path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Session {
    /// The path in front of the upstream's.
    pub(crate) prefix: String,
    pub(crate) cookie: Option<String>,
    pub(crate) client: Option<String>,
}

impl UnderTest {
    /// Returns the read of a page in each session.
    pub(crate) fn requests(&self, page: Page) -> Vec<Request> {
        let request = |session: &Session| Request {
            path: format!("{}{}", session.prefix, page.path()),
            cookie: session.cookie.clone(),
            client: session.client.clone(),
        };
        self.sessions.iter().map(request).collect()
    }
}

/// Returns the name for a person.
pub(crate) fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Bare => "bare axum + hyper",
        Kind::SnykApp => "snyk-app",
        Kind::Nginx => "nginx proxy_pass",
        Kind::Apache => "Apache mod_auth_openidc",
        Kind::Express => "Express gateway",
    }
}

/// Starts a server and signs in.
pub(crate) async fn start(kind: Kind, setting: &Setting) -> Result<UnderTest> {
    let started = match kind {
        Kind::Bare => bare::start(setting).await,
        Kind::SnykApp => snyk_app::start(setting).await,
        Kind::Nginx => nginx::start(setting).await,
        Kind::Apache => apache::start(setting).await,
        Kind::Express => express::start(setting).await,
    };
    started.with_context(|| format!("{} cannot be started", name(kind)))
}

/// Returns a path as text for a configuration file or a command line.
fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is not UTF-8")
}
