//! Media queries, and the scroll position of the page.

use super::events::EventListener;

/// Calls a function when the result of a media query changes, until the listener is dropped.
#[must_use]
pub fn listen(query: &str, mut on_change: impl FnMut(bool) + 'static) -> Option<EventListener> {
    let list = web_sys::window()?.match_media(query).ok()??;
    let now = list.clone();
    let listener = EventListener::new(&list, "change", move |_| on_change(now.matches()));
    Some(listener)
}

/// Returns whether a media query matches.
#[must_use]
pub fn matches(query: &str) -> bool {
    web_sys::window()
        .and_then(|window| window.match_media(query).ok()?)
        .is_some_and(|list| list.matches())
}

/// Returns the vertical scroll position of the page, in pixels.
#[must_use]
pub fn scrolled() -> f64 {
    web_sys::window()
        .and_then(|window| window.scroll_y().ok())
        .unwrap_or_default()
}

/// Scrolls the page to a vertical position.
pub fn scroll_to(pixels: f64) {
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, pixels);
    }
}
