//! The backend of a Snyk App.
//!
//! Data flows one way: browser → [`login`] → [`exchange`] → [`domain::vault`] and [`store`] → Snyk.
//!
//! 1. [`login`] seals a login attempt into a cookie of its own.
//! 2. [`exchange`] verifies the callback, claims the attempt, exchanges the code and stores the
//!    tokens.
//! 3. [`session`] signs the browser in. A session is authorized for the connections made in it.
//! 4. [`refresh`] keeps the tokens of a [`connection`] valid. [`snyk_client`] calls Snyk with them,
//!    and [`proxy`] does so for the browser.
//! 5. [`admin`] shows all connections to an administrator, and the [`activity`] log.
//! 6. [`provider`] is the port to Snyk, whose tokens come from the generic [`oauth`], and [`store`]
//!    the port to the database. [`domain`] holds the rules without IO.
//! 7. [`transport`] accepts connections, [`http`] checks what every request must pass, [`app`] puts
//!    the parts together, and [`cli`] holds the commands, some of which manage the app itself at
//!    Snyk with [`apps_api`]. [`openapi`] describes the routes.
//!
//! Deliberately absent: no token type can be serialized or printed, only [`config::raw`] reads the
//! environment, only [`http_client`] creates a client, and no request data selects a host.

pub mod account;
pub mod activity;
pub mod admin;
pub mod app;
pub mod apps_api;
pub mod backoff;
pub mod cli;
pub mod clock;
pub mod config;
pub mod connection;
pub mod exchange;
pub mod http;
pub mod http_client;
pub mod login;
pub mod metrics;
pub mod oauth;
pub mod openapi;
pub mod outbound_rate_limit;
pub mod provider;
pub mod proxy;
pub mod rate_shares;
pub mod refresh;
pub mod request_context;
pub mod retry_after;
pub mod revocation;
pub mod session;
pub mod snyk_client;
pub mod store;
pub mod supervisor;
pub mod telemetry;
pub mod traces;
pub mod transport;
pub mod unused_connections;
