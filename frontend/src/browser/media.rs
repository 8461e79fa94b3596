//! Whether the window is as a media query says, and where the page is scrolled to.

use std::fmt;

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::MediaQueryList;

/// Calls back when a media query comes true or no longer is, until it is dropped.
pub struct Media {
    list: MediaQueryList,
    listener: Closure<dyn FnMut()>,
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Media")
    }
}

impl Media {
    /// Starts to listen.
    #[must_use]
    pub fn listen(query: &str, mut on_change: impl FnMut(bool) + 'static) -> Option<Self> {
        let list = web_sys::window()?.match_media(query).ok()??;
        let now = list.clone();
        let listener = Closure::<dyn FnMut()>::new(move || on_change(now.matches()));
        list.add_event_listener_with_callback("change", listener.as_ref().unchecked_ref())
            .ok()?;
        Some(Self { list, listener })
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        let _ = self
            .list
            .remove_event_listener_with_callback("change", self.listener.as_ref().unchecked_ref());
    }
}

/// Whether a media query is true.
#[must_use]
pub fn matches(query: &str) -> bool {
    web_sys::window()
        .and_then(|window| window.match_media(query).ok()?)
        .is_some_and(|list| list.matches())
}

/// How far the page is scrolled down, in pixels.
#[must_use]
pub fn scrolled() -> f64 {
    web_sys::window()
        .and_then(|window| window.scroll_y().ok())
        .unwrap_or_default()
}

/// Scrolls the page so far down.
pub fn scroll_to(pixels: f64) {
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, pixels);
    }
}
