//! The one place that asks our server.

use gloo_net::http::{Method, RequestBuilder};
use shared::api::connection::REVOCATION;
use web_sys::{AbortController, RequestCache, RequestCredentials, RequestRedirect};

use crate::failure::{Answer, Failure};

/// Ends the request when it is dropped: whoever no longer waits for an answer does not want it.
struct Abort(Option<AbortController>);

impl Drop for Abort {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            // After the answer is read there is nothing left to end, and this does nothing.
            controller.abort();
        }
    }
}

/// Sends a request to our own origin, with a JSON body if there is one, and reads the answer whole.
///
/// Redirects are errors: our API has none, so one comes from something between us and it.
pub async fn send(method: &str, path: &str, body: Option<&str>) -> Result<Answer, Failure> {
    let method = match method {
        "POST" => Method::POST,
        "DELETE" => Method::DELETE,
        _ => Method::GET,
    };
    let abort = Abort(AbortController::new().ok());
    let signal = abort.0.as_ref().map(AbortController::signal);
    let builder = RequestBuilder::new(path)
        .method(method)
        .abort_signal(signal.as_ref())
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
        media_type: headers.get("content-type"),
        retry_after: headers.get("retry-after"),
        provider_request_id: headers.get("snyk-request-id"),
        // It came, and broke off: the network is there.
        body: response.text().await.map_err(|_| Failure::Unreadable)?,
    })
}
