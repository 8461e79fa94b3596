//! The connections of clients: accepts them within limits, frames their requests strictly, and hands
//! the requests to the router.

mod body;
pub mod connection_limit;
mod framed_stream;
pub mod head_scanner;
pub mod listeners;
mod malformed;
mod request_framer;
pub mod server;
pub mod workers;
