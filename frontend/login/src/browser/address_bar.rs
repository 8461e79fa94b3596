//! The callback's query leaves the address bar before anything else can read it: no router, no
//! request's `Referer`, no history entry, no copied address.

use wasm_bindgen::JsValue;

/// The query of the callback, once. `None` when the page is not the callback.
///
/// In the same turn the history entry is replaced by one without a query or fragment. Call it in
/// `main`, before a router copies the address.
#[must_use]
pub fn take_callback(path: &str) -> Option<String> {
    let window = web_sys::window()?;
    let location = window.location();
    if location.pathname().ok()? != path {
        return None;
    }
    let query = location.search().ok()?;
    let fragment = location.hash().ok()?;
    if !query.is_empty() || !fragment.is_empty() {
        let replaced = window
            .history()
            .and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(path)));
        if replaced.is_err() {
            // What cannot be cleaned is not used: loading the bare path also loses the query.
            let _ = location.replace(path);
            return None;
        }
    }
    Some(query)
}
