//! Tests of what needs no browser, in Node.js.
#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml's leave covers `#[test]`, not `#[wasm_bindgen_test]`"
)]

use login::{
    begin::{self, Provider},
    browser::{hand_over::hand_over, random},
    finish,
};
use shared::pkce::CodeVerifier;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn sec_1_random_bytes_differ() {
    let first = random::bytes().unwrap();
    assert_ne!(first, random::bytes().unwrap());
    assert_ne!(first, [0; 32]);
}

#[wasm_bindgen_test]
fn sec_2_the_challenge_is_that_of_rfc_7636_appendix_b() {
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let verifier = CodeVerifier::parse(verifier.to_owned()).unwrap();
    assert_eq!(
        verifier.challenge().as_str(),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
}

#[wasm_bindgen_test]
fn sec_3_a_login_begins_with_what_only_the_server_may_learn() {
    let provider = Provider {
        authorization_endpoint: "https://app.snyk.io/oauth2/authorize",
        client_id: "c",
        redirect_uri: "https://app.example/callback",
        scopes: "org.read",
    };
    let begun = begin::begin(provider, Some("/next"), None).unwrap();
    let lines = String::from(hand_over(begun.into_lines()));
    let (body, address) = lines.split_once('\n').unwrap();
    assert!(body.starts_with(r#"{"state":""#) && body.ends_with(r#""return_to":"/next"}"#));
    let (_, rest) = body.split_once(r#""code_verifier":""#).unwrap();
    let (verifier, _) = rest.split_once('"').unwrap();
    assert!(!address.contains(verifier));
    let challenge = CodeVerifier::parse(verifier.to_owned())
        .unwrap()
        .challenge();
    assert!(address.contains(challenge.as_str()));
}

#[wasm_bindgen_test]
fn sec_16_an_answer_of_snyk_is_read_and_a_strange_one_is_not() {
    let state = "A".repeat(43);
    let body = finish::body(&format!("?code=a%2Bb&state={state}")).unwrap();
    assert_eq!(body, format!(r#"{{"state":"{state}","code":"a+b"}}"#));
    assert!(finish::body("?code=a&state=short").is_err());
}
