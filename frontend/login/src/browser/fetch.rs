//! The one place that asks our server.

use gloo_net::http::{Method, RequestBuilder};
use shared::api::connection::REVOCATION;
use web_sys::{RequestCache, RequestCredentials, RequestRedirect};

use crate::failure::{Answer, Failure};

/// Sends a request to our own origin, with a JSON body if there is one, and reads the answer whole.
///
/// Redirects are errors: our API has none, so one comes from something between us and it.
pub async fn send(method: &str, path: &str, body: Option<&str>) -> Result<Answer, Failure> {
    let method = match method {
        "POST" => Method::POST,
        "DELETE" => Method::DELETE,
        _ => Method::GET,
    };
    let builder = RequestBuilder::new(path)
        .method(method)
        .credentials(RequestCredentials::SameOrigin)
        .cache(RequestCache::NoStore)
        .redirect(RequestRedirect::Error)
        .header("accept", "application/json, application/problem+json");
    let request = match body {
        Some(body) => builder
            .header("content-type", "application/json")
            .body(body),
        None => builder.build(),
    }
    .map_err(|_| Failure::Unreadable)?;
    let response = request.send().await.map_err(|_| Failure::Offline)?;
    let headers = response.headers();
    Ok(Answer {
        status: response.status(),
        date: headers.get("date"),
        revocation: headers.get(REVOCATION),
        body: response.text().await.map_err(|_| Failure::Offline)?,
    })
}
