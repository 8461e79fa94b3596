//! The Wasm of the npm package, by which pages of others log in: what the door computes, in one file.
//!
//! The script `frontend/package/index.js` calls these functions. It shares the requests with the
//! door's scripts.

use js_sys::JsString;
use login::{
    begin::{self, Provider},
    browser::hand_over::hand_over,
    finish,
};
use shared::{pkce::CodeChallenge, return_path::ReturnPath};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Makes a verifier and its challenge, as two lines. Returns nothing if the browser has no random
/// bytes.
#[wasm_bindgen(js_name = pkcePair)]
#[must_use]
pub fn pkce_pair() -> Option<JsString> {
    let attempt = begin::make()?;
    let (verifier, challenge) = (attempt.verifier.secret(), attempt.challenge.as_str());
    let mut lines = String::with_capacity(verifier.len() + 1 + challenge.len());
    lines.push_str(verifier);
    lines.push('\n');
    lines.push_str(challenge);
    Some(hand_over(lines))
}

/// Returns the challenge of a verifier, or nothing if the verifier is not one of RFC 7636.
#[wasm_bindgen(js_name = challengeOf)]
#[must_use]
pub fn challenge_of(verifier: &str) -> Option<JsString> {
    CodeChallenge::of(verifier).map(|challenge| JsString::from(challenge.as_str()))
}

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

/// Returns the body of `POST /api/connections` from an answer of Snyk.
///
/// # Errors
///
/// Throws the code of the problem if the answer is not to a login of this app.
#[wasm_bindgen(js_name = connectionBody)]
pub fn connection_body(answer: &str) -> Result<JsString, JsValue> {
    let body = finish::body(answer).map_err(|code| JsValue::from_str(code.as_str()))?;
    Ok(hand_over(body))
}

/// Returns a path to go on at: the given one, or the start page if it is not usable.
#[wasm_bindgen(js_name = returnPath)]
#[must_use]
pub fn return_path(path: &str) -> JsString {
    let path = ReturnPath::parse(path).unwrap_or_else(ReturnPath::home);
    JsString::from(path.as_str())
}
