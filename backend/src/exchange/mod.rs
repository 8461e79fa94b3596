//! The second step of a login: exchanges the code for a connection.
//!
//! [`route`] reads the request and compares it with the sealed attempt ([`domain::verify`]).
//! [`Exchange`] claims the attempt, exchanges the code and stores the connection.

#[expect(
    clippy::module_inception,
    reason = "the step and its central act have one name"
)]
mod exchange;
pub mod route;

pub use self::exchange::Exchange;
