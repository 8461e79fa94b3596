//! The only folder of this crate that names the browser's own interfaces.

pub mod address_bar;
pub mod fetch;
pub mod random;
pub mod tabs;

/// Leaves the app for `url`, with an entry in the history.
pub fn navigate(url: &str) {
    if let Some(window) = web_sys::window() {
        // It fails for addresses that are no addresses only; then the page stays as it is.
        let _ = window.location().assign(url);
    }
}
