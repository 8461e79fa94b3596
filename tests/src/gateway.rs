//! A gateway between the browser and the app. It forwards requests, answers them itself, does not
//! answer, or removes headers.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{Bed, app::App, free_port, sandbox::Sandbox};

/// How a request is handled.
#[derive(Clone, Debug)]
pub enum Rule {
    /// Sends no response and keeps the connection open.
    Silent,
    /// Sends the head of a response and the beginning of its body, and then nothing.
    HalfAnAnswer,
    /// Sends the head of a response and the beginning of its body, and closes the connection.
    Cut,
    /// Sends this response: the rest of the status line, the header lines, the body.
    Answer(&'static str, &'static str, &'static str),
    /// Forwards the request without these headers.
    Without(&'static [&'static str]),
}

/// The gateway.
#[derive(Debug)]
pub struct Gateway {
    /// The URL for browsers, without a trailing slash.
    pub url: String,
    rules: Arc<Mutex<Vec<(String, Rule)>>>,
}

impl Gateway {
    /// Starts a gateway in front of an app whose public URL is the gateway's.
    pub async fn with_bed() -> (Self, Bed) {
        let (port, app_port) = (free_port(), free_port());
        let sandbox = Sandbox::start(port, &[]).await;
        let gateway = Self::start(port, app_port).await;
        let callback = format!("{}/callback", gateway.url);
        let variables = [
            ("PUBLIC_URL", gateway.url.as_str()),
            ("REDIRECT_URI", callback.as_str()),
        ];
        let app = App::start(app_port, &sandbox.url, &variables).await;
        (gateway, Bed { sandbox, app })
    }

    async fn start(port: u16, app_port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await;
        let listener = listener.expect("a free port");
        let rules = Arc::<Mutex<Vec<(String, Rule)>>>::default();
        let known = Arc::clone(&rules);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let known = Arc::clone(&known);
                tokio::spawn(async move {
                    // Either end may close the connection.
                    let _ = pass(client, app_port, &known).await;
                });
            }
        });
        Self {
            url: format!("http://localhost:{port}"),
            rules,
        }
    }

    /// Applies a rule to requests that begin with this method and path, from now on.
    pub fn treat(&self, method_and_path: &str, rule: Rule) {
        let mut rules = self.rules.lock().expect("no test panics here");
        rules.push((method_and_path.to_owned(), rule));
    }

    /// Forwards everything unchanged from now on.
    pub fn heal(&self) {
        self.rules.lock().expect("no test panics here").clear();
    }
}

/// Handles the only request of a connection, which is closed after the response.
async fn pass(
    mut client: TcpStream,
    app_port: u16,
    rules: &Mutex<Vec<(String, Rule)>>,
) -> std::io::Result<()> {
    let mut read = Vec::new();
    let end = loop {
        if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if client.read_buf(&mut read).await? == 0 {
            return Ok(());
        }
    };
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    let rule = {
        let rules = rules.lock().expect("no test panics here");
        let found = rules.iter().find(|(begins, _)| head.starts_with(begins));
        found.map(|(_, rule)| rule.clone())
    };
    let without: &[&str] = match rule {
        Some(Rule::Silent) => return silent(client).await,
        Some(Rule::HalfAnAnswer) => {
            let half = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{";
            client.write_all(half.as_bytes()).await?;
            return silent(client).await;
        }
        Some(Rule::Cut) => {
            let half = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n\0asm";
            client.write_all(half.as_bytes()).await?;
            return client.shutdown().await;
        }
        Some(Rule::Answer(status, headers, body)) => {
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
            client.write_all(answer.as_bytes()).await?;
            return client.shutdown().await;
        }
        Some(Rule::Without(names)) => names,
        None => &[],
    };
    let is_kept = |line: &&str| {
        let name = line.split(':').next().unwrap_or_default();
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        !is("connection") && !without.iter().any(|other| is(other))
    };
    let lines: Vec<&str> = head.split("\r\n").filter(is_kept).collect();
    let head = format!("{}\r\nconnection: close\r\n\r\n", lines.join("\r\n"));
    let mut upstream = TcpStream::connect(("127.0.0.1", app_port)).await?;
    upstream.write_all(head.as_bytes()).await?;
    upstream.write_all(&read[end + 4..]).await?;
    tokio::io::copy_bidirectional(&mut client, &mut upstream).await?;
    Ok(())
}

/// Keeps a connection open until the other end closes it.
async fn silent(mut client: TcpStream) -> std::io::Result<()> {
    let mut rest = [0; 1_024];
    while client.read(&mut rest).await? > 0 {}
    Ok(())
}
