//! The Wasm of the door: what the browser computes until a login leaves for Snyk.
//!
//! The script `frontend/door/door.js` calls this and sends the requests. The other half, for the way
//! back and for everything in words, is the crate `door-callback`, which comes later.

use js_sys::JsString;
use login::begin::{self, Provider};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize as _;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Begins a login. Returns two lines: the body of `POST /api/login`, and the address to open once
/// that is answered. Neither contains a line end. Returns nothing if the browser has no random
/// bytes.
#[wasm_bindgen(js_name = beginLogin)]
#[must_use]
#[expect(
    clippy::needless_pass_by_value,
    reason = "wasm-bindgen takes optional texts by value"
)]
pub fn begin_login(
    authorization_endpoint: &str,
    client_id: &str,
    redirect_uri: &str,
    scopes: &str,
    return_to: Option<String>,
    reconnect: Option<String>,
) -> Option<JsString> {
    let provider = Provider {
        authorization_endpoint,
        client_id,
        redirect_uri,
        scopes,
    };
    let begun = begin::begin(provider, return_to.as_deref(), reconnect.as_deref())?;
    let mut lines = begun.body;
    // `begin` has left room for the address, so no copy of the verifier stays behind.
    lines.push('\n');
    lines.push_str(&begun.address);
    let handed_over = JsString::from(lines.as_str());
    // The memory of a returned `String` would be freed with the verifier in it.
    lines.zeroize();
    Some(handed_over)
}
