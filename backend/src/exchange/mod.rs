//! Step 2: code to connection.
//!
//! [`route`] reads the request; [`verify`] compares it with the sealed attempt, in order, and gives
//! out the only thing that an exchange can be made with; [`exchange`] claims, exchanges and stores.

#[expect(
    clippy::module_inception,
    reason = "the step and its central act have one name"
)]
mod exchange;
pub mod route;
mod verify;
