//! The protocol of a refresh: when, what follows a failure, and in which order.
//!
//! 1. [`decide`] decides whether an access token is refreshed before use.
//! 2. [`machine`] is the protocol of one refresh, without IO.
//! 3. [`outcome`] decides what follows a failed presentation of a refresh token.

pub mod decide;
pub mod machine;
pub mod outcome;
