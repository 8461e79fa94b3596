//! Asking our server: one helper, and a function for each route.

pub mod connections;
pub mod session;
pub mod snyk;

pub use login::failure::{Answer, Failure};

use crate::{browser, paths};

/// Sends a request and sets our clock by the answer.
async fn send(method: &str, path: &str, body: Option<&str>) -> Result<Answer, Failure> {
    let answer = login::browser::fetch::send(method, path, body).await?;
    if let Some(date) = &answer.date {
        browser::set_clock_by(date);
    }
    Ok(answer)
}

/// The document of the app as the server has it now.
///
/// # Errors
///
/// When the server does not answer with it.
pub async fn document() -> Result<String, Failure> {
    let answer = send("GET", paths::HOME, None).await?.success()?;
    Ok(answer.body)
}
