//! Reads from Snyk, through our server: `GET /api/connections/{id}/snyk/rest/…`.
//!
//! [`shared::snyk::read`] defines the requests and the types of their answers. A request is aborted
//! when its future is dropped.

use shared::json::{self, Value};

use super::{Failure, Within};
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

/// Sends a read request with a connection. `path` includes the query. The function is not generic,
/// so that the Wasm contains it once.
pub async fn read(connection: &str, path: &str) -> Result<Value, Failed> {
    let path = format!("/api/connections/{connection}/snyk{path}");
    let answer = super::send("GET", &path, None, Within::Read).await?;
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
