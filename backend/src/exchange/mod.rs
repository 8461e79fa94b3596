//! The second step of a login: exchanges the code for a connection.
//!
//! [`route`] reads the request. [`verify`] compares it with the sealed attempt, in a fixed order,
//! and returns the value that an exchange requires. [`exchange`] claims, exchanges and stores.

#[expect(
    clippy::module_inception,
    reason = "the step and its central act have one name"
)]
mod exchange;
pub mod route;
mod verify;
