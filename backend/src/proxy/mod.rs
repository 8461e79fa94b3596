//! Proxies Snyk's API for the browser: checks the allow-list, adds the bearer token, passes on
//! nothing else.

pub mod allow_list;
mod headers;
pub mod route;
