//! Starts the app when the door's script says so. Until then nothing runs.

#[cfg(target_arch = "wasm32")]
use frontend::door::Door;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen::prelude::wasm_bindgen;

fn main() {
    #[cfg(target_arch = "wasm32")]
    console_error_panic_hook::set_once();
}

/// Starts the app in place of the door, which calls this function once. `connected` is the answer of
/// the server to a login that has just been finished.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub fn start(door: Door, connected: Option<String>) {
    frontend::app::start(door, connected);
}
