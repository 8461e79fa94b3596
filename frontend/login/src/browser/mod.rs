//! The interfaces of the browser. No other folder of this crate names them.

pub mod address_bar;
pub mod fetch;
pub mod random;
pub mod tabs;

/// Leaves the app for `url`, with an entry in the history.
pub fn navigate(url: &str) {
    if let Some(window) = web_sys::window() {
        // It fails only for invalid addresses. Then the page stays as it is.
        let _ = window.location().assign(url);
    }
}
