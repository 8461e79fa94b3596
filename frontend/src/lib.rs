//! The single-page app. Modules that need no browser (texts, times, filters) are pure and tested on
//! the host; the others compile only for Wasm.

#![cfg_attr(
    target_arch = "wasm32",
    expect(
        clippy::must_use_candidate,
        reason = "every component would carry the attribute, and `view!` uses them all"
    ),
    expect(
        clippy::redundant_closure,
        reason = "`view!` boxes a closure where it sees one, which makes the page smaller"
    )
)]

pub use login::messages;

pub mod admin;
pub mod answer;
pub mod connection_label;
#[cfg(test)]
mod contrast;
pub mod data;
pub mod erased;
pub mod flow;
pub mod poll_schedule;
pub mod refresh_polls;
pub mod refresh_scale;
pub mod section;
pub mod session_state;
pub mod snyk_links;
pub mod times;
pub mod wire;
pub mod write_queue;

#[cfg(target_arch = "wasm32")]
pub mod announcer;
#[cfg(target_arch = "wasm32")]
pub mod api;
#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod components;
#[cfg(target_arch = "wasm32")]
pub mod door;
#[cfg(target_arch = "wasm32")]
pub mod loading;
#[cfg(target_arch = "wasm32")]
pub mod page_heading;
#[cfg(target_arch = "wasm32")]
pub mod pages;
#[cfg(target_arch = "wasm32")]
pub mod platform;
#[cfg(target_arch = "wasm32")]
pub mod reactive;
#[cfg(target_arch = "wasm32")]
pub mod router;
#[cfg(target_arch = "wasm32")]
pub mod session;
