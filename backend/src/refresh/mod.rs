//! Keeping a connection alive.
//!
//! Snyk's refresh tokens are single use: two refreshes of one generation can end a connection. So:
//!
//! 1. [`decide`] says whether the access token serves, should be renewed ahead, or must be first.
//! 2. [`flight`] lets one refresh at a time run in this process, in a task of its own; requests only
//!    wait for its result, and a browser that hangs up cancels its waiting alone.
//! 3. [`permits`] bounds the token requests of all connections; those that somebody waits for go first.
//! 4. [`run`] takes the lease in the connection's row, reads again, presents the token, stores the new
//!    pair before anyone uses it, and gives the lease back.
//! 5. [`outcome`] says what the provider's answer, or its lack, means, and [`pauses`] when a pair that
//!    could not be renewed is presented again.
//!
//! Invariants: a generation is presented by one task only; a pair is in the database before it is
//! used; an older generation never replaces a newer one.

mod backoff;
mod concurrency_limit;
pub mod decide;
mod driver;
pub mod outcome;
mod refresher;
pub mod route;

pub use self::refresher::{RefreshError, Refresher};
