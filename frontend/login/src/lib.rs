//! The browser's half of a login, without a framework.
//!
//! In order: [`start::start`] makes an [`attempt::Attempt`] and hands it to the backend, the
//! browser leaves for Snyk, [`browser::address_bar::take_callback`] takes what comes back out of
//! the address bar, and [`finish::finish`] hands that over. In between the browser holds no secret,
//! and nothing is ever put into its storage.

pub mod attempt;
pub mod browser;
pub mod failure;
pub mod finish;
pub mod start;
