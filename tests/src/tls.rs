//! An HTTPS server by Node.js with a self-signed certificate, as a process.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::{npm, process::Process};

/// Only used by these tests.
pub(crate) const CERTIFICATE: &str = include_str!("../npm/tls-certificate.pem");
pub(crate) const KEY: &str = include_str!("../npm/tls-key.pem");
/// A certificate of a different key.
const OTHER_CERTIFICATE: &str = include_str!("../npm/tls-other-certificate.pem");

/// The running server.
#[derive(Debug)]
pub struct TlsServer {
    /// The base URL, without a trailing slash.
    pub url: String,
    _process: Process,
    folder: TempDir,
}

impl TlsServer {
    /// Starts the server.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = npm::script("tls.mjs", folder.path());
        command
            .env_clear()
            .envs([("CERTIFICATE", CERTIFICATE), ("KEY", KEY)]);
        let log = folder.path().join("output.log");
        let (process, url) = Process::listening(&mut command, &log, "tls listening on ").await;
        Self {
            url,
            _process: process,
            folder,
        }
    }

    /// Returns the path of a file with the server's certificate.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.file("certificate.pem", CERTIFICATE)
    }

    /// Returns the path of a file with a different certificate.
    #[must_use]
    pub fn other_certificate(&self) -> PathBuf {
        self.file("other.pem", OTHER_CERTIFICATE)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("a file of the test's");
        path
    }
}
