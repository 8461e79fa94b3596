//! The query of a list, strictly: what is not known is refused, so that a mistyped filter does not show
//! everything.

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use serde::de::DeserializeOwned;
use shared::api::admin::MAX_PAGE;

use crate::http::problem::ApiError;

/// Extractor for the parameters of a list.
#[derive(Debug)]
pub struct ListQuery<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for ListQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        // The error may quote what was sent, so it is not passed on.
        Query::try_from_uri(&parts.uri)
            .map(|Query(query)| Self(query))
            .map_err(|_| {
                bad("The address has a parameter or a value that this list does not have.")
            })
    }
}

/// Returns the error of a parameter.
pub(super) fn bad(what: &str) -> ApiError {
    ApiError::BadRequest(what.to_owned())
}

/// Returns the number of rows in a page.
pub(super) fn limit(presented: Option<u32>) -> Result<u32, ApiError> {
    match presented.unwrap_or(MAX_PAGE) {
        limit @ 1..=MAX_PAGE => Ok(limit),
        _ => Err(bad("The limit is a number from 1 to 100.")),
    }
}
