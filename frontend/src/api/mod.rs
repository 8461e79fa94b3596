//! Requests to our server: one helper, and a function for each route.

pub mod connections;
pub mod session;
pub mod snyk;

pub use login::{
    browser::fetch::Within,
    failure::{Answer, Failure},
};

use crate::{paths, platform};

/// Sends a request, and sets the clock by a successful answer.
async fn send(
    method: &str,
    path: &str,
    body: Option<&str>,
    within: Within,
) -> Result<Answer, Failure> {
    let answer = login::browser::fetch::send(method, path, body, within).await?;
    if let Some(date) = &answer.date
        && answer.is_success()
    {
        platform::set_clock_by(date);
    }
    Ok(answer)
}

/// Returns the document of the app that the server has now.
///
/// # Errors
///
/// Returns an error if the server does not answer with the document.
pub async fn document() -> Result<String, Failure> {
    let answer = send("GET", paths::HOME, None, Within::Server).await?;
    // The page of a captive portal has status 200 too, and starts no script of ours.
    if answer.is_success() && answer.body.contains("rel=\"modulepreload\"") {
        Ok(answer.body)
    } else {
        Err(answer.failure())
    }
}
