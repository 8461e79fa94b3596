//! The callback's answer leaves the address bar before anything else can read it: no router, no
//! request's `Referer`, no history entry, no copied address.

use shared::callback;
use wasm_bindgen::JsValue;
use web_sys::{Url, Window};

/// What the provider sent back, once. `None` when the page is not the callback, whose path is
/// `callback_path`.
///
/// In the same turn the history entry is replaced by the page's one canonical form: a path without
/// slashes at its end, and of an answer nothing. Call it in `main`, before a router copies the
/// address.
///
/// An answer is taken at the callback and at the start page, from the query or, as with
/// `response_mode=fragment`, from the fragment. At any other page it is removed and not used.
#[must_use]
pub fn take_callback(callback_path: &str) -> Option<String> {
    let window = web_sys::window()?;
    let location = window.location();
    let path = location.pathname().ok()?;
    let query = location.search().ok()?;
    let fragment = location.hash().ok()?;
    // One slash at its beginning: two would name a host.
    let canonical = format!("/{}", path.trim_matches('/'));
    let answer = [&query, &fragment]
        .into_iter()
        .find(|text| callback::is_answer(text));
    let is_callback = canonical == callback_path || (canonical == "/" && answer.is_some());
    if !is_callback {
        if answer.is_some() {
            replace(&window, &canonical);
        } else if canonical != path {
            replace(&window, &format!("{canonical}{query}{fragment}"));
        }
        return None;
    }
    let is_clean = path == callback_path && query.is_empty() && fragment.is_empty();
    // What cannot be cleaned is not used.
    (is_clean || replace(&window, callback_path)).then(|| answer.unwrap_or(&query).clone())
}

/// Replaces the history entry, and says whether the page goes on.
fn replace(window: &Window, address: &str) -> bool {
    let replaced = window
        .history()
        .and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(address)));
    if replaced.is_err() {
        // Loading the page anew at that address also loses what the old one held.
        let _ = window.location().replace(address);
    }
    replaced.is_ok()
}

/// The origin that the page is open at, as addresses are written.
#[must_use]
pub fn origin() -> Option<String> {
    let address = web_sys::window()?.location().href().ok()?;
    Some(Url::new(&address).ok()?.origin())
}
