//! Keeping a connection alive.
//!
//! Snyk's refresh tokens are single use: two refreshes of one generation can end a connection. So:
//!
//! 1. [`decide`] says whether the access token serves, should be renewed ahead, or must be first.
//! 2. [`flight`] lets one refresh at a time run in this process, in a task of its own; requests only
//!    wait for its result, and a browser that hangs up cancels its waiting alone.
//! 3. [`run`] takes the lease in the connection's row, reads again, presents the token, stores the new
//!    pair before anyone uses it, and gives the lease back.
//! 4. [`outcome`] says what the provider's answer, or its lack, means.
//!
//! Invariants: a generation is presented by one task only; a pair is in the database before it is
//! used; an older generation never replaces a newer one.

pub mod decide;
mod flight;
pub mod outcome;
mod pauses;
pub mod route;
mod run;

pub use self::flight::{RefreshError, Refresher};
