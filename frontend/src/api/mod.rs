//! Asking our server: one helper, and a function for each route.

pub mod connections;
pub mod session;
pub mod snyk;

pub use login::{
    browser::fetch::Within,
    failure::{Answer, Failure},
};

use crate::{paths, platform};

/// Sends a request and sets our clock by the answer.
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

/// The document of the app as the server has it now.
///
/// # Errors
///
/// When the server does not answer with it.
pub async fn document() -> Result<String, Failure> {
    let answer = send("GET", paths::HOME, None, Within::Server).await?;
    // A portal's page comes with 200 as well, and starts no script of ours.
    if answer.is_success() && answer.body.contains("rel=\"modulepreload\"") {
        Ok(answer.body)
    } else {
        Err(answer.failure())
    }
}
