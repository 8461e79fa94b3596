//! Reading from Snyk, through our server: `GET /api/connections/{id}/snyk/rest/…`.
//!
//! What is read, and as what it comes back, stands in [`shared::snyk::read`]. The request ends when
//! its future is dropped.

use shared::{
    json::{self, FromValue},
    snyk::Read,
};

use crate::{
    browser,
    data::{failure::Failure, paging},
};

/// Why a read gave nothing, and how many seconds to wait if the answer said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Why.
    pub failure: Failure,
    /// Seconds to wait.
    pub wait: Option<u64>,
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            wait: None,
        }
    }
}

/// Reads with a connection.
pub async fn read<T: FromValue>(connection: &str, read: &Read<T>) -> Result<T, Failed> {
    let body = text(connection, &read.path_and_query()).await?;
    json::read(body.as_bytes()).map_err(|_| Failure::Unreadable.into())
}

/// The body of a success. Not generic, so that it is in the Wasm once.
async fn text(connection: &str, path: &str) -> Result<String, Failed> {
    let path = format!("/api/connections/{connection}/snyk{path}");
    let answer = super::send("GET", &path, None)
        .await
        .map_err(|failure| match failure {
            super::Failure::Problem(problem) => Failure::Ours(problem),
            super::Failure::Offline => Failure::Offline,
            super::Failure::Unreadable => Failure::Unreadable,
        })?;
    if (200..300).contains(&answer.status) {
        return Ok(answer.body);
    }
    let media_type = answer.media_type.unwrap_or_default();
    let wait = answer
        .retry_after
        .and_then(|wait| paging::seconds(&wait, browser::now(), browser::millis));
    let failure = Failure::of(
        answer.status,
        &media_type,
        &answer.body,
        answer.provider_request_id,
    );
    Err(Failed {
        failure: failure.saying(wait),
        wait,
    })
}
