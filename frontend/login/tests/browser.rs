//! Tests of the browser's own interfaces, in a real browser.
#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml's leave covers `#[test]`, not `#[wasm_bindgen_test]`"
)]

use login::{
    begin,
    browser::{address_bar, random},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn window() -> web_sys::Window {
    web_sys::window().unwrap()
}

fn go(address: &str) {
    window()
        .history()
        .unwrap()
        .push_state_with_url(&JsValue::NULL, "", Some(address))
        .unwrap();
}

#[wasm_bindgen_test]
fn sec_1_random_bytes_differ() {
    let first = random::bytes().unwrap();
    assert_ne!(first, random::bytes().unwrap());
    assert_ne!(first, [0; 32]);
}

#[wasm_bindgen_test]
fn sec_4_an_attempt_has_the_right_form_and_is_new_each_time() {
    let attempt = begin::make().unwrap();
    for text in [
        attempt.verifier.secret(),
        attempt.state.secret(),
        attempt.challenge.as_str(),
    ] {
        assert_eq!(text.len(), 43);
        assert!(
            text.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
    }
    let other = begin::make().unwrap();
    assert_ne!(attempt.verifier.secret(), other.verifier.secret());
    assert!(!attempt.state.is_same(&other.state));
}

#[wasm_bindgen_test]
fn sec_18_the_callback_leaves_the_address_bar_and_its_history_entry() {
    go("/callback?code=secret-code&state=secret-state#_");
    let entries = window().history().unwrap().length().unwrap();
    let query = address_bar::take_callback("/callback");
    assert_eq!(
        query.as_deref(),
        Some("?code=secret-code&state=secret-state")
    );
    let address = window().location().href().unwrap();
    assert!(address.ends_with("/callback"), "{address}");
    assert_eq!(window().history().unwrap().length().unwrap(), entries);
    assert_eq!(address_bar::take_callback("/callback").as_deref(), Some(""));
}

/// Returns the answer that is taken at an address, and the address afterwards.
fn taken(address: &str) -> (Option<String>, String) {
    go(address);
    let taken = address_bar::take_callback("/callback");
    let location = window().location();
    let here = [location.pathname(), location.search(), location.hash()];
    (taken, here.map(Result::unwrap).concat())
}

#[wasm_bindgen_test]
fn sec_18_a_callback_is_finished_and_cleaned_in_each_form_that_is_served() {
    let answer = "code=secret-code&state=secret-state";
    for (address, expected) in [
        (format!("/callback/?{answer}"), format!("?{answer}")),
        (format!("/callback//?{answer}"), format!("?{answer}")),
        (format!("/callback#{answer}"), format!("#{answer}")),
        (format!("/callback?utm=1#{answer}"), format!("#{answer}")),
        (format!("/?{answer}&utm=1"), format!("?{answer}&utm=1")),
        (format!("/#{answer}"), format!("#{answer}")),
        (
            "/?error=x&state=secret-state".to_owned(),
            "?error=x&state=secret-state".to_owned(),
        ),
    ] {
        let entries = window().history().unwrap().length().unwrap();
        let (taken, here) = taken(&address);
        assert_eq!(taken, Some(expected), "{address}");
        assert_eq!(here, "/callback", "{address}");
        assert_eq!(window().history().unwrap().length().unwrap(), entries + 1);
    }
    assert_eq!(
        taken("/callback/"),
        (Some(String::new()), "/callback".to_owned())
    );
}

#[wasm_bindgen_test]
fn sec_18_an_answer_at_any_other_page_is_removed_and_not_used() {
    for path in ["/Callback", "/callback/x", "/callback;x", "/connections/a"] {
        for mark in ["?", "#", "/?"] {
            let address = format!("{path}{mark}code=secret-code&state=secret-state");
            assert_eq!(taken(&address), (None, path.to_owned()), "{address}");
        }
    }
}

#[wasm_bindgen_test]
fn each_page_has_one_canonical_address() {
    for (address, canonical) in [
        ("/connections/a/", "/connections/a"),
        ("/connections/a//?q=b#c", "/connections/a?q=b#c"),
        ("/?q=b", "/?q=b"),
        ("/", "/"),
    ] {
        assert_eq!(taken(address), (None, canonical.to_owned()), "{address}");
    }
}

#[wasm_bindgen_test]
fn another_page_keeps_its_query() {
    go("/elsewhere?code=1");
    assert_eq!(address_bar::take_callback("/callback"), None);
    assert!(
        window()
            .location()
            .href()
            .unwrap()
            .ends_with("/elsewhere?code=1")
    );
}

#[wasm_bindgen_test]
fn sec_11_nothing_is_put_into_storage() {
    let _ = begin::make();
    go("/callback?code=secret-code&state=secret-state");
    let _ = address_bar::take_callback("/callback");
    for storage in [window().local_storage(), window().session_storage()] {
        assert_eq!(storage.unwrap().unwrap().length().unwrap(), 0);
    }
}
