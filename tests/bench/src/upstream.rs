//! The upstream of every server under test: nginx, which serves fixed pages of projects and the few
//! answers of a sign-in. It costs less CPU than an upstream in hyper.

mod config;
mod pages;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use self::config::Ports;
pub(crate) use self::pages::Contents;
use crate::{
    process::{Server, free_address},
    programs,
};

/// A certificate for loopback addresses that signs itself, for tests only.
const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../npm/tls-certificate.pem");
const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../npm/tls-key.pem");

/// The running upstream.
#[derive(Debug)]
pub(crate) struct Upstream {
    server: Server,
    ports: Ports,
    _folder: TempDir,
}

/// Where a server under test reaches the upstream.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    /// The certificate to trust, if the upstream is reached over TLS.
    pub(crate) certificate: Option<PathBuf>,
}

impl Target {
    /// Returns the base URL, without a trailing slash.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.certificate.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.address)
    }
}

impl Upstream {
    pub(crate) async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let ports = Ports {
            plain: free_address()?,
            tls: free_address()?,
            h2: free_address()?,
        };
        pages::write(folder.path())?;
        let server = nginx(folder.path(), &config::upstream(&ports, CERTIFICATE, KEY))?;
        let mut upstream = Self {
            server,
            ports,
            _folder: folder,
        };
        let address = upstream.ports.plain;
        upstream
            .server
            .listens(address)
            .await
            .context("the upstream")?;
        Ok(upstream)
    }

    pub(crate) fn target(&self, way: bench_options::Upstream) -> Target {
        let address = match way {
            bench_options::Upstream::Plain => self.ports.plain,
            bench_options::Upstream::Tls => self.ports.tls,
            bench_options::Upstream::H2 => self.ports.h2,
        };
        let is_plain = way == bench_options::Upstream::Plain;
        Target {
            address,
            certificate: (!is_plain).then(|| PathBuf::from(CERTIFICATE)),
        }
    }
}

/// Starts an nginx that runs in `folder`.
pub(crate) fn nginx(folder: &Path, servers: &str) -> Result<Server> {
    let file = folder.join("nginx.conf");
    std::fs::write(&file, config::whole(servers))?;
    Server::start(
        Command::new(programs::nginx()?)
            .arg("-p")
            .arg(folder)
            .arg("-c")
            .arg(&file)
            // Otherwise it opens the system's log before it reads its configuration.
            .args(["-e", "stderr"]),
        &folder.join("nginx.log"),
    )
}
