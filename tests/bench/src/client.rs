//! A client with one kept connection, for reads whose answers are looked at.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::{StatusCode, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::request::Request;

/// A connection to a server.
pub(crate) struct Connection {
    sender: SendRequest<Empty<Bytes>>,
    host: String,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self {
            sender,
            host: format!("localhost:{}", address.port()),
        })
    }

    /// Sends a read and returns the status and the body of the answer.
    pub(crate) async fn get(&mut self, request: &Request) -> Result<(StatusCode, Bytes)> {
        let mut head = http::Request::get(&request.path)
            .header(header::HOST, &self.host)
            .header("sec-fetch-site", "same-origin");
        if let Some(cookie) = &request.cookie {
            head = head.header(header::COOKIE, cookie);
        }
        if let Some(client) = &request.client {
            head = head.header("x-forwarded-for", client);
        }
        self.sender.ready().await?;
        let answer = self.sender.send_request(head.body(Empty::new())?).await?;
        let status = answer.status();
        Ok((status, answer.into_body().collect().await?.to_bytes()))
    }
}

/// Checks that a server answers a read with exactly this body, so that no error page or sign-in page
/// is measured in its place.
pub(crate) async fn check(address: SocketAddr, request: &Request, page: &[u8]) -> Result<()> {
    let mut connection = Connection::open(address).await?;
    let (status, body) = connection.get(request).await.context("no answer")?;
    ensure!(
        status == StatusCode::OK && body == page,
        "the answer is not the upstream's page: {status}, {} bytes in place of {}",
        body.len(),
        page.len()
    );
    Ok(())
}
