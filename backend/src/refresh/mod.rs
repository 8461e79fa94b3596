//! Refreshes the token pairs of connections.
//!
//! Snyk's refresh tokens are single use: two refreshes of one generation can end a connection. So:
//!
//! 1. [`domain::refresh::decide`] decides whether the access token can be used, and whether to refresh it.
//! 2. [`refresher`] runs one refresh per connection in this process, in a task of its own. Requests
//!    only wait for the result: a browser that disconnects does not cancel the refresh.
//! 3. [`concurrency_limit`] bounds the token requests of all connections; urgent ones take
//!    precedence.
//! 4. [`domain::refresh::machine`] is the protocol of one refresh, without IO: acquire the lease in
//!    the connection's row, reload the connection, present the refresh token, store the new pair
//!    before anyone uses it, and release the lease. [`driver`] carries out its commands and renews the lease.
//! 5. [`failure`] classifies the provider's answer or its absence. [`backoff`] delays the next
//!    refresh of a pair that could not be refreshed.
//!
//! Invariants: only the owner of the lease presents the token of a generation; a pair is stored
//! before it is used; an older generation never replaces a newer one; an owner that lost its lease
//! ends no connection.

mod backoff;
mod concurrency_limit;
mod driver;
mod error;
mod failure;
mod refresher;
mod resources;
mod single_flight;

pub use self::{error::RefreshError, refresher::Refresher};
