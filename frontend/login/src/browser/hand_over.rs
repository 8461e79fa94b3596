//! Hands texts with secrets to JavaScript.

use js_sys::JsString;
use zeroize::Zeroize as _;

/// Copies a text to JavaScript and erases it here. The memory of a returned `String` would be freed
/// with the secret in it.
#[must_use]
pub fn hand_over(mut text: String) -> JsString {
    let handed_over = JsString::from(text.as_str());
    text.zeroize();
    handed_over
}
