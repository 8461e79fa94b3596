//! A mock of Snyk's API, generated from Snyk's own OpenAPI document: npm's Prism responds with the
//! document's examples or with other data that the schemas permit, and validates requests.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{free_port, npm, process::Process};

/// The operations that the app uses, extracted from Snyk's document.
const DOCUMENT: &str = "snyk-openapi/rest-2024-10-15.json";
/// The operations that register apps, extracted from the same document.
const APPS_DOCUMENT: &str = "snyk-openapi/apps-2024-10-15.json";

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
        Self::of(DOCUMENT).await
    }

    /// Starts a mock of the operations that register apps.
    pub async fn of_apps() -> Self {
        Self::of(APPS_DOCUMENT).await
    }

    async fn of(document: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let document = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
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

    /// Returns the URL of a proxy that adds a preference to every request, and removes `/rest`, which
    /// Prism does not expect in paths.
    pub async fn preferring(&self, prefer: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let upstream = self.url.strip_prefix("http://").expect("a plain address");
        let (upstream, prefer) = (upstream.to_owned(), prefer.to_owned());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (upstream, prefer) = (upstream.clone(), prefer.clone());
                tokio::spawn(async move {
                    // Either end may close the connection.
                    let _ = forward(client, &upstream, &prefer).await;
                });
            }
        });
        url
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

/// Forwards the only request of a connection.
async fn forward(mut client: TcpStream, upstream: &str, prefer: &str) -> std::io::Result<()> {
    let mut read = Vec::new();
    let end = loop {
        if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if client.read_buf(&mut read).await? == 0 {
            return Ok(());
        }
    };
    let head = String::from_utf8_lossy(&read[..end]).replacen(" /rest/", " /", 1);
    let head = format!("{head}\r\nprefer: {prefer}\r\nconnection: close\r\n\r\n");
    let mut upstream = TcpStream::connect(upstream).await?;
    upstream.write_all(head.as_bytes()).await?;
    upstream.write_all(&read[end + 4..]).await?;
    tokio::io::copy_bidirectional(&mut client, &mut upstream).await?;
    Ok(())
}

/// Returns the OpenAPI document.
#[must_use]
pub fn document() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let text = std::fs::read_to_string(path).expect("the document");
    serde_json::from_str(&text).expect("JSON")
}
