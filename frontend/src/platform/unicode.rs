//! Unicode normalization and letter case, by the browser's tables.

use wasm_bindgen::JsValue;

/// Decomposes a text into letters and marks.
#[must_use]
pub fn nfd(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let apart = js_sys::JsString::from(text).normalize("NFD");
    JsValue::from(apart).as_string().unwrap_or_default()
}

/// Lower-cases a text.
#[must_use]
pub fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let lower = js_sys::JsString::from(text).to_lower_case();
    JsValue::from(lower).as_string().unwrap_or_default()
}
