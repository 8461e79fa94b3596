//! The backend of a Snyk App.
//!
//! Data flows one way: browser → [`login`] → [`exchange`] → [`vault`] and [`store`] → Snyk.
//!
//! 1. [`login`] seals the browser's attempt into a cookie of its own.
//! 2. [`exchange`] verifies what came back, claims the attempt, exchanges the code, stores.
//! 3. [`session`] is the browser's sign-in; it reaches the connections made in it.
//! 4. [`refresh`] keeps a [`connection`] alive; [`snyk_client`] reads from Snyk as one, and
//!    [`proxy`] does so for the browser.
//! 5. [`provider`] is the port to Snyk, [`store`] the port to the database, [`vault`] seals what is
//!    at rest.
//! 6. [`http`] holds what every route shares, [`config`] what the operator says, [`cli`] the
//!    commands.
//!
//! What is deliberately absent: no token type can be serialized or printed; only [`config::raw`]
//! reads the environment; only [`provider::http_client`] makes a client; nothing that a browser
//! sends chooses a host.

pub mod account;
pub mod backoff;
pub mod cli;
pub mod clock;
pub mod config;
pub mod connection;
pub mod exchange;
pub mod http;
pub mod login;
pub mod provider;
pub mod proxy;
pub mod random;
pub mod refresh;
pub mod session;
pub mod snyk_client;
pub mod store;
pub mod telemetry;
pub mod vault;
