//! Requests to our server: one helper, and a function for each route.

pub mod admin;
pub mod api_base;
pub mod connections;
mod fetch;
pub mod session;
pub mod sessions;
pub mod snyk;

pub use self::fetch::Within;
pub use crate::answer::{Answer, Failure};
use crate::platform;
use shared::route::Route;

/// Sends a request, and sets the clock by its answer.
async fn send(
    method: &str,
    path: &str,
    body: Option<&str>,
    within: Within,
) -> Result<Answer, Failure> {
    let answer = fetch::send(method, path, body, within).await?;
    follow_clock(&answer);
    Ok(answer)
}

/// Sets the clock by a successful answer.
fn follow_clock(answer: &Answer) {
    if let Some(date) = &answer.date
        && answer.is_success()
    {
        platform::set_clock_by(date);
    }
}

/// Returns the document of the app that the server has now.
///
/// # Errors
///
/// Returns an error if the server does not answer with the document.
pub async fn document() -> Result<String, Failure> {
    let answer = send("GET", &Route::Home.to_string(), None, Within::Server).await?;
    // The page of a captive portal has status 200 too, and is no build of ours.
    if answer.is_success() && answer.body.contains("name=\"build-id\"") {
        Ok(answer.body)
    } else {
        Err(answer.failure())
    }
}
