//! A mock of Snyk's API, generated from Snyk's own OpenAPI document: npm's Prism responds with the
//! document's examples or with other data that the schemas permit, and validates requests.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::{free_port, npm, process::Process};

/// The operations that the app uses, extracted from Snyk's document.
const DOCUMENT: &str = "snyk-openapi/rest-2024-10-15.json";

/// A running mock of Snyk's API.
#[derive(Debug)]
pub struct Prism {
    /// The base URL, without a trailing slash.
    pub url: String,
    http: reqwest::Client,
    _process: Process,
    _folder: TempDir,
}

impl Prism {
    /// Starts the mock. Its generated data is the same in each run.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let document = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
        let mut command = npm::program("@stoplight/prism-cli/dist/index.js");
        command.args(["mock", "--seed", "snyk", "--host", "127.0.0.1"]);
        command.args(["--port", &free_port().to_string()]);
        command.arg(document);
        let log = folder.path().join("output.log");
        let (process, url) = Process::listening(&mut command, &log, "Prism is listening on ").await;
        Self {
            url,
            http: crate::client::http(),
            _process: process,
            _folder: folder,
        }
    }

    /// Sends a request with a preference in the format of `Prefer` (RFC 7240): `code=200,
    /// example=…`, `dynamic=true`. Returns the status and the body.
    pub async fn get(&self, path_and_query: &str, prefer: &str) -> (u16, String) {
        let request = self.http.get(format!("{}{path_and_query}", self.url));
        let request = request.header("authorization", "Bearer any");
        let answer = request.header("prefer", prefer).send().await;
        let answer = answer.expect("Prism answers");
        let status = answer.status().as_u16();
        (status, answer.text().await.expect("the whole answer"))
    }
}

/// Returns the OpenAPI document.
#[must_use]
pub fn document() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let text = std::fs::read_to_string(path).expect("the document");
    serde_json::from_str(&text).expect("JSON")
}
