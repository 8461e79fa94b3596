//! Code that all routes share: the table of routes, the layers around them, errors and the server.

mod body;
mod body_limit;
pub mod client_ip;
pub mod connection_limit;
mod error_page;
mod framed_stream;
mod framing;
mod head_scanner;
pub mod health;
mod host;
pub mod json;
pub mod listeners;
pub mod problem;
mod rate_limit;
pub mod rejection_log;
mod request_framer;
mod request_id;
pub mod router;
mod same_origin;
mod security_headers;
pub mod server;
mod spa;
pub mod state;

pub use self::rate_limit::RateLimits;
