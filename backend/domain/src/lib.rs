//! The rules of the backend, without IO.
//!
//! Everything here is a pure function of its arguments; the current time is one of them. The crate
//! depends on no runtime, web framework, database or HTTP client, so that a fuzz target or a model
//! checker links the code that runs in production.
//!
//! 1. [`attempt`] is a login attempt, and [`verify`] compares a callback with it. [`admin_link`] is how
//!    an administrator signs in.
//! 2. [`connection`] and [`session`] are the entities that are stored, by their [`ids`].
//! 3. [`vault`] encrypts data at rest.
//! 4. [`allow_list`] decides which reads the proxy passes on.
//! 5. [`refresh`] is the protocol that keeps token pairs valid, and [`backoff`] its delays.
//! 6. [`net`] determines whose address a request counts for.
//!
//! [`random`] is the one exception: it reads the operating system's random bytes.

pub mod admin_link;
pub mod allow_list;
pub mod attempt;
pub mod backoff;
pub mod connection;
pub mod ids;
pub mod net;
pub mod random;
pub mod refresh;
pub mod session;
pub mod vault;
pub mod verify;
