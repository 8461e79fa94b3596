//! Snyk's API for the browser: an allow-list, the bearer token added, nothing else passed on.

pub mod allow_list;
mod headers;
pub mod route;
