//! The web font: requested when the browser is idle, shown once it is loaded.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

/// The family of the stylesheet, in a size and weight that represent all.
const FACE: &str = "400 16px \"Atkinson Hyperlegible Next\"";

/// Loads the web font when the browser is idle. Until then, or if it never loads, a system font is
/// used with the same metrics, so that nothing moves.
pub fn load_when_idle() {
    let Some(window) = web_sys::window() else {
        return;
    };
    let load = Closure::once_into_js(|| wasm_bindgen_futures::spawn_local(load()));
    let load = load.unchecked_ref();
    // Safari has no idle callback.
    let has_idle = js_sys::Reflect::has(&window, &JsValue::from_str("requestIdleCallback"));
    let asked = if has_idle.unwrap_or(false) {
        window.request_idle_callback(load).map(drop)
    } else {
        window
            .set_timeout_with_callback_and_timeout_and_arguments_0(load, 200)
            .map(drop)
    };
    // A browser that refuses both keeps the system font.
    drop(asked);
}

async fn load() {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    let loaded = JsFuture::from(document.fonts().load(FACE)).await;
    // The list is empty if the stylesheet has no such face.
    let is_here = loaded.is_ok_and(|faces| js_sys::Array::from(&faces).length() > 0);
    if is_here && let Some(root) = document.document_element() {
        let _ = root.set_attribute("data-face", "");
    }
}
