//! The single-page app. What needs no browser (words, times, paths) is pure and tests on the host;
//! the rest compiles for Wasm only.

#![cfg_attr(
    target_arch = "wasm32",
    expect(
        clippy::must_use_candidate,
        reason = "every component would carry the attribute, and `view!` uses them all"
    )
)]

#[cfg(test)]
mod contrast;
pub mod data;
pub mod generation;
pub mod naming;
pub mod outcome;
pub mod paths;
pub mod poll_schedule;
pub mod renewal;
pub mod times;
pub mod who;
pub mod write_queue;

#[cfg(target_arch = "wasm32")]
pub mod api;
#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
pub mod callback_query;
#[cfg(target_arch = "wasm32")]
pub mod components;
#[cfg(target_arch = "wasm32")]
pub mod loading;
#[cfg(target_arch = "wasm32")]
pub mod pages;
#[cfg(target_arch = "wasm32")]
pub mod session;
#[cfg(target_arch = "wasm32")]
pub mod shell;
