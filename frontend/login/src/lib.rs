//! The half of a login that runs in the browser, without a framework and without requests.
//!
//! In order: [`begin::begin`] creates an [`attempt::Attempt`], and returns what to send to the
//! backend and where the browser goes then; [`browser::address_bar::take_callback`] removes Snyk's
//! answer from the address bar; and [`finish::body`] is what hands the answer over. In between the
//! browser holds no secret, and nothing is ever written to its storage.
//!
//! [`rehearsal::rehearse`] shows the first half to a person, with values that are never sent.
//!
//! The script of the door sends the requests. The bodies are written by hand ([`json`]), because
//! serde would be most of the door's Wasm.

pub mod asked;
pub mod attempt;
pub mod begin;
pub mod browser;
pub mod failure;
pub mod finish;
mod json;
pub mod messages;
pub mod rehearsal;
