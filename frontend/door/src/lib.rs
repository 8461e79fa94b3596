//! The Wasm of the door: what the browser computes until a login leaves for Snyk.
//!
//! The script `frontend/door/door.js` calls this and sends the requests. The other half, for the way
//! back and for everything in words, is the crate `door-callback`, which comes later.

use js_sys::JsString;
use login::{
    begin::{self, Provider},
    browser::hand_over::hand_over,
};
use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Makes an attempt to log in. Returns two lines: the body of `POST /api/login`, and the address to
/// open once that is answered. Returns nothing if the browser has no random bytes.
#[wasm_bindgen(js_name = makeAttempt)]
#[must_use]
#[expect(
    clippy::needless_pass_by_value,
    reason = "wasm-bindgen takes optional texts by value"
)]
pub fn make_attempt(
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
    Some(hand_over(begun.into_lines()))
}
