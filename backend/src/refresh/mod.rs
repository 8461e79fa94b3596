//! Refreshes the token pairs of connections.
//!
//! Snyk's refresh tokens are single use: two refreshes of one generation can end a connection. So:
//!
//! 1. [`decide`] decides whether the access token can be used, and whether to refresh it.
//! 2. [`refresher`] runs one refresh per connection in this process, in a task of its own. Requests
//!    only wait for the result: a browser that disconnects does not cancel the refresh.
//! 3. [`concurrency_limit`] bounds the token requests of all connections; urgent ones take
//!    precedence.
//! 4. [`driver`] acquires the lease in the connection's row, reloads the connection, presents the
//!    refresh token, stores the new pair before anyone uses it, and releases the lease.
//! 5. [`outcome`] classifies the provider's answer or its absence. [`backoff`] delays the next
//!    refresh of a pair that could not be refreshed.
//!
//! Invariants: only one task presents the token of a generation; a pair is stored before it is
//! used; an older generation never replaces a newer one.

mod backoff;
mod concurrency_limit;
pub mod decide;
mod driver;
pub mod machine;
pub mod outcome;
mod refresher;
pub mod route;

pub use self::refresher::{RefreshError, Refresher};
