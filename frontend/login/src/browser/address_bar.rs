//! Removes the answer of a callback from the address bar before anything else can read the answer:
//! a router, the `Referer` of a request, a history entry, a copied address.

use shared::callback;
use wasm_bindgen::JsValue;
use web_sys::Window;

/// Takes the provider's answer, once. Returns `None` if the page is not the callback, whose path is
/// `callback_path`.
///
/// The same call replaces the history entry by the canonical form of the page: a path without
/// trailing slashes, and nothing of an answer. Call this function before anything copies
/// the address.
///
/// An answer is taken at the callback and at the start page, from the query or, as with
/// `response_mode=fragment`, from the fragment. On any other page it is removed and not used.
#[must_use]
pub fn take_callback(callback_path: &str) -> Option<String> {
    let window = web_sys::window()?;
    let location = window.location();
    let path = location.pathname().ok()?;
    let query = location.search().ok()?;
    let fragment = location.hash().ok()?;
    // One leading slash: two would name a host.
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
    // An answer that cannot be removed is not used.
    (is_clean || replace(&window, callback_path)).then(|| answer.unwrap_or(&query).clone())
}

/// Replaces the history entry, and returns whether the page continues.
fn replace(window: &Window, address: &str) -> bool {
    let replaced = window
        .history()
        .and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(address)));
    if replaced.is_err() {
        // Loading the page again at that address also drops the memory of the old page.
        let _ = window.location().replace(address);
    }
    replaced.is_ok()
}
