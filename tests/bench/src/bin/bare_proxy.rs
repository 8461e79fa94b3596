//! The baseline: the cost of axum and hyper's client alone, without session, token and allow-list.
//!
//! `bare-proxy LISTEN UPSTREAM [CERTIFICATE]`: with the file of a certificate in PEM form, which is
//! then the only trusted one, the upstream is reached over TLS, by HTTP/2 if it supports that.

#![expect(
    clippy::disallowed_methods,
    reason = "the baseline makes its client in the simplest way"
)]

use std::{net::SocketAddr, path::Path};

use anyhow::{Context as _, Result, bail};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, StatusCode, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use tokio::net::TcpListener;

#[derive(Clone)]
struct Upstream {
    client: Upstreams,
    url: String,
}

/// A client without the layer of TLS, where there is none.
#[derive(Clone)]
enum Upstreams {
    Plain(Client<HttpConnector, Body>),
    Tls(Client<HttpsConnector<HttpConnector>, Body>),
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (address, url, client) = match words.as_slice() {
        [address, url] => {
            let client = Client::builder(TokioExecutor::new()).build_http();
            (address, url, Upstreams::Plain(client))
        }
        [address, url, certificate] => (address, url, Upstreams::Tls(tls(Path::new(certificate))?)),
        _ => bail!("usage: bare-proxy LISTEN UPSTREAM [CERTIFICATE]"),
    };
    let url = (*url).to_owned();
    let routes = Router::new()
        .fallback(pass)
        .with_state(Upstream { client, url });
    let listener = TcpListener::bind(address.parse::<SocketAddr>()?).await?;
    Ok(axum::serve(listener, routes).await?)
}

fn tls(certificate: &Path) -> Result<Client<HttpsConnector<HttpConnector>, Body>> {
    let certificate = CertificateDer::from_pem_file(certificate).context("no certificate")?;
    let mut roots = RootCertStore::empty();
    roots.add(certificate)?;
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_only()
        .enable_all_versions()
        .build();
    Ok(Client::builder(TokioExecutor::new()).build(connector))
}

async fn pass(State(upstream): State<Upstream>, request: Request) -> Response {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let onward = Request::get(format!("{}{path}", upstream.url))
        .header(header::AUTHORIZATION, HeaderValue::from_static("Bearer a"))
        .body(Body::empty());
    let Ok(onward) = onward else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let answer = match &upstream.client {
        Upstreams::Plain(client) => client.request(onward).await,
        Upstreams::Tls(client) => client.request(onward).await,
    };
    match answer {
        Ok(answer) => answer.map(Body::new),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
