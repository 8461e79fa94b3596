//! Flows in a real browser, as a person sees them.
//!
//! A test begins with a [`visit::Visit`], which defines how far the person has come. One browser
//! runs at a time. With `SCREENSHOTS=folder` in the environment, tests that take screenshots save
//! them there.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod accessibility;
mod admin;
mod all_issues;
mod bad_days;
mod bed;
mod callback;
mod connection;
mod data;
mod door;
mod firefox;
mod first_use;
mod flow;
mod foreign_provider;
mod frames;
mod gateway;
mod history;
mod issues;
mod later;
mod look;
mod messages;
mod organizations;
mod overview;
mod package;
mod polls;
mod projects;
mod registered_app;
mod routes;
mod secrecy;
mod session;
mod sessions;
mod shell;
mod sign_in;
mod slow_line;
mod static_host;
mod tour;
mod visit;
