//! The half of a login that runs in the browser, without a framework.
//!
//! In order: [`start::start`] creates an [`attempt::Attempt`] and hands it to the backend; the
//! browser leaves for Snyk; [`browser::address_bar::take_callback`] removes Snyk's answer from the
//! address bar; and [`finish::finish`] hands the answer over. Meanwhile the browser holds no
//! secret, and nothing is ever written to its storage.

pub mod attempt;
pub mod browser;
pub mod failure;
pub mod finish;
pub mod start;
