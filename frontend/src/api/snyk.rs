//! Reads from Snyk, through our server: `GET /api/connections/{id}/snyk/rest/…`.
//!
//! [`shared::snyk::read`] defines the requests and the types of their answers. A request is aborted
//! when its future is dropped.

use shared::json::{self, Value};

use super::{Answer, Failure, Within};
use crate::{
    data::{
        failure::{self, ReadFailure},
        paging,
    },
    platform,
};

/// A failed read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The failure.
    pub failure: ReadFailure,
    /// The delay in seconds that the answer asked for.
    pub wait: Option<u64>,
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self {
            failure: failure.into(),
            wait: None,
        }
    }
}

/// Returns the path at our server of a path at Snyk, for a connection.
#[must_use]
pub fn path_of(connection: &str, path: &str) -> String {
    format!("/api/connections/{connection}/snyk{path}")
}

/// Sends a read request with a connection, and returns the answer as it came.
pub async fn send(connection: &str, path: &str) -> Result<Answer, Failure> {
    super::send("GET", &path_of(connection, path), None, Within::Read).await
}

/// Sends a read request with a connection. `path` includes the query. The function is not generic,
/// so that the Wasm contains it once.
pub async fn read(connection: &str, path: &str) -> Result<Value, Failed> {
    let answer = send(connection, path).await?;
    if answer.is_success() && failure::is_of_snyk(&answer) {
        return json::read(answer.body.as_bytes()).map_err(|_| Failure::Unreadable.into());
    }
    let wait = answer
        .retry_after
        .as_deref()
        .and_then(|wait| paging::seconds(wait, platform::now(), platform::millis));
    Err(Failed {
        failure: ReadFailure::of(&answer).saying(wait),
        wait,
    })
}
