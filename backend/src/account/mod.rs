//! Which organizations a connection reaches: read at the login for as long as a person waits, the rest
//! in the background, and again from time to time.
//!
//! 1. [`reader`] is what was read so far; its pages are asked for one by one.
//! 2. [`at_login`] reads within the seconds that a person waits.
//! 3. [`sync`] goes on from there in the background, and reads again what is due: after a refresh, at
//!    most once an hour, and when a person asks. What is due stands in the store, so a restart goes on.
//!
//! Invariants: a reading that fails takes no organization away; Snyk is not asked before it said; what
//! a connection is the same as is known from all of its organizations or not at all.

mod at_login;
mod backoff;
mod reader;
mod sync;

pub use self::{reader::AccountReader, sync::AccountSync};
