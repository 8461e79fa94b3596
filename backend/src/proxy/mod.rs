//! Proxies Snyk's API for the browser: checks the allow-list, adds the bearer token, passes on
//! nothing else.

mod body;
mod gzip;
mod headers;
pub mod route;
