//! Tests of the store, and of what keeps token pairs in it, through the ports that the rest of the
//! backend uses.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[macro_use]
mod common;

mod postgres;
mod revocation;
mod sqlite;
mod store;
mod two_owners;
