//! A server of HTTPS whose certificate no authority signed, by Node.js, as a process.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::{npm, process::Process};

/// Of no use to anybody but these tests.
const CERTIFICATE: &str = include_str!("../npm/tls-certificate.pem");
const KEY: &str = include_str!("../npm/tls-key.pem");
/// Of another key.
const OTHER_CERTIFICATE: &str = include_str!("../npm/tls-other-certificate.pem");

/// The running server.
#[derive(Debug)]
pub struct TlsServer {
    /// Its address, without a trailing slash.
    pub url: String,
    _process: Process,
    folder: TempDir,
}

impl TlsServer {
    /// Starts it.
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

    /// A file with its certificate.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.file("certificate.pem", CERTIFICATE)
    }

    /// A file with another certificate.
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
