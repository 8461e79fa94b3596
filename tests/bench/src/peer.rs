//! The baseline: the cost of axum and hyper's client alone.

use std::net::SocketAddr;

use anyhow::Result;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, StatusCode, header};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::net::TcpListener;

#[derive(Clone)]
struct Upstream {
    client: Client<HttpConnector, Body>,
    url: String,
}

pub(crate) async fn serve(address: SocketAddr, upstream: &str) -> Result<()> {
    let upstream = Upstream {
        client: Client::builder(TokioExecutor::new()).build_http(),
        url: upstream.to_owned(),
    };
    let routes = Router::new().fallback(pass).with_state(upstream);
    Ok(axum::serve(TcpListener::bind(address).await?, routes).await?)
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
    match upstream.client.request(onward).await {
        Ok(answer) => answer.map(Body::new),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
