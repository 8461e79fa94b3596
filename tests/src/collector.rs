//! A collector of traces: takes what is posted to it, as the bytes of OTLP.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A running collector.
#[derive(Debug)]
pub struct Collector {
    /// The base URL, without a trailing slash.
    pub url: String,
    /// The heads and bodies of all requests.
    received: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    /// Starts a collector that answers.
    pub async fn start() -> Self {
        Self::with(true).await
    }

    /// Starts a collector that accepts connections and never answers.
    pub async fn hanging() -> Self {
        Self::with(false).await
    }

    async fn with(answers: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let received = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let all = Arc::clone(&all);
                tokio::spawn(async move {
                    if answers {
                        receive(stream, &all).await;
                    } else {
                        // Held open.
                        std::future::pending::<()>().await;
                        drop(stream);
                    }
                });
            }
        });
        Self { url, received }
    }

    /// Returns everything that was received.
    #[must_use]
    pub fn received(&self) -> Vec<u8> {
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.clone()
    }

    /// Returns whether these bytes were received. Texts are in OTLP as they are.
    #[must_use]
    pub fn has(&self, bytes: impl AsRef<[u8]>) -> bool {
        let bytes = bytes.as_ref();
        self.received()
            .windows(bytes.len())
            .any(|part| part == bytes)
    }

    /// Waits until these bytes are received.
    pub async fn gets(&self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        for _ in 0..600 {
            if self.has(bytes) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{} does not arrive", String::from_utf8_lossy(bytes));
    }
}

/// Answers requests, each with a `Content-Length`.
async fn receive(mut stream: TcpStream, all: &Mutex<Vec<u8>>) {
    let mut unread = Vec::new();
    loop {
        let head = loop {
            if let Some(at) = unread.windows(4).position(|part| part == b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut unread).await.unwrap_or(0) == 0 {
                return;
            }
        };
        let text = String::from_utf8_lossy(&unread[..head]).to_ascii_lowercase();
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .expect("a length");
        let length: usize = length.parse().expect("a number");
        while unread.len() < head + length {
            if stream.read_buf(&mut unread).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let request: Vec<u8> = unread.drain(..head + length).collect();
        all.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(request);
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
}
