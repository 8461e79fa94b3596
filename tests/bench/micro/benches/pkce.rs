//! PKCE in a browser: the S256 challenge by the Wasm of this product, beside the browser's own
//! `crypto.subtle`, and a whole attempt (verifier, challenge and state) with its random bytes.
#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml's leave covers `#[test]`, not `#[wasm_bindgen_bench]`"
)]

use js_sys::Uint8Array;
use login::{begin, browser::random};
use shared::pkce::CodeVerifier;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{Criterion, wasm_bindgen_bench, wasm_bindgen_test_configure};
use web_sys::SubtleCrypto;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_bench]
fn challenge_in_wasm(criterion: &mut Criterion) {
    let verifier = CodeVerifier::from_random(random::bytes().unwrap());
    criterion.bench_function("challenge, Wasm", |bencher| {
        bencher.iter(|| verifier.challenge());
    });
}

#[wasm_bindgen_bench]
async fn digest_by_subtle(criterion: &mut Criterion) {
    let subtle = subtle();
    let verifier = CodeVerifier::from_random(random::bytes().unwrap());
    criterion
        .bench_async_function("challenge, crypto.subtle (digest only)", move |bencher| {
            // A benchmark's future owns all but the bencher.
            let (subtle, verifier) = (subtle.clone(), verifier.clone());
            Box::pin(async move {
                let (subtle, verifier) = (&subtle, verifier.secret());
                bencher.iter_future(move || digest(subtle, verifier)).await;
            })
        })
        .await;
}

#[wasm_bindgen_bench]
fn whole_attempt(criterion: &mut Criterion) {
    criterion.bench_function("a whole attempt, Wasm", |bencher| {
        bencher.iter(|| begin::make().unwrap());
    });
}

fn subtle() -> SubtleCrypto {
    web_sys::window().unwrap().crypto().unwrap().subtle()
}

async fn digest(subtle: &SubtleCrypto, verifier: &str) -> Uint8Array {
    let promise = subtle.digest_with_str_and_u8_array("SHA-256", verifier.as_bytes());
    let hash = JsFuture::from(promise.unwrap()).await.unwrap();
    Uint8Array::new(&hash)
}
