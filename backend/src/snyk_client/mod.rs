//! Snyk's API as one connection, for the proxy and for additional routes.
//!
//! A route takes a [`SnykClient`], which is an extractor, and sends the requests of
//! [`shared::snyk::read`]:
//!
//! ```
//! use axum::{Json, extract::Path};
//! use shared::snyk::read;
//! use snyk_app::{http::problem::ApiError, snyk_client::SnykClient};
//!
//! /// `GET /api/connections/{id}/orgs/{org}/project-count`
//! async fn project_count(
//!     Path((_, org)): Path<(String, String)>,
//!     snyk: SnykClient,
//! ) -> Result<Json<Option<u64>>, ApiError> {
//!     let page = snyk.read(&read::projects(&org).count_only()).await?;
//!     Ok(Json(page.count))
//! }
//! ```

mod client;
mod concurrency_limit;
mod error;
mod pages;

pub use self::{
    client::{SnykApi, SnykClient},
    concurrency_limit::ConcurrencyLimit,
    error::SnykError,
};
