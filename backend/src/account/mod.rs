//! Synchronizes the account of a connection: its identity and its organizations. The read begins at
//! the login for as long as the person waits, continues in the background, and is repeated later.
//!
//! 1. [`reader`] holds what has been read so far and requests the next page.
//! 2. [`at_login`] reads within the seconds that the person waits.
//! 3. [`sync`] continues in the background, and reads again whatever is due: after a refresh, at
//!    most once an hour, and when a person requests it. Due times are in the store, so a restart
//!    resumes.
//!
//! Invariants: a failed read removes no organization; no request is sent to Snyk before its
//! `Retry-After` has passed; the subject of a connection is derived from all of its organizations
//! or not at all.

mod at_login;
mod backoff;
mod reader;
mod sync;

pub use self::{reader::AccountReader, sync::AccountSync};
