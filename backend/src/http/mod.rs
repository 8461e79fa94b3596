//! Extractors, errors, and the checks that every request passes, shared by all routes.

pub(crate) mod body_limit;
pub mod client_ip;
pub(crate) mod error_page;
pub(crate) mod framing;
pub(crate) mod host;
pub mod json;
pub mod problem;
mod rate_limit;
pub mod readiness;
pub mod rejection_log;
pub(crate) mod same_origin;
pub(crate) mod security_headers;
pub(crate) mod spa;

pub use self::rate_limit::RateLimits;

/// Returns whether a path belongs to the API, rather than to the single-page app.
#[must_use]
pub fn is_api(path: &str) -> bool {
    path.split('/').nth(1) == Some("api")
}
