//! Tests of the test bed itself.

use serde_json::json;
use tests::browser::{Browser, Colours, DESKTOP, PHONE};

#[tokio::test]
async fn a_page_is_as_wide_and_as_coloured_as_it_is_told() {
    let browser = Browser::open().await;
    browser.go("about:blank").await;
    for (width, colours, expected) in [
        (PHONE, Colours::Dark, json!([390, true, false])),
        (DESKTOP, Colours::Light, json!([1280, false, false])),
        (PHONE, Colours::Forced, json!([390, false, true])),
    ] {
        browser.width(width).await;
        browser.colours(colours).await;
        let script = "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, \
            matchMedia('(forced-colors: active)').matches]";
        assert_eq!(browser.run(script).await, expected, "{width} {colours:?}");
    }
    browser.close().await;
}

/// A page with a policy, in which a test plants errors.
const PLANTED: &str = "data:text/html,<meta http-equiv='Content-Security-Policy' \
    content=\"script-src 'self' 'wasm-unsafe-eval'\"><title>planted</title>";
/// A module with one function that traps, as a panic does.
const TRAP: &str = "const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, \
        3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11]); \
    WebAssembly.instantiate(bytes).then(({ instance }) => setTimeout(instance.exports.f)); \
    setTimeout(() => done(0), 300)";

/// Checks that the planted errors are found, one each, in the order of `words`.
async fn found(browser: &Browser, words: &[&str]) {
    let errors = browser.take_errors().await;
    for one in words {
        let found = errors.iter().any(|error| error.contains(one));
        assert!(found, "no “{one}” among {errors:#?}");
    }
    assert_eq!(errors.len(), words.len(), "{errors:#?}");
}

#[tokio::test]
async fn an_error_that_no_code_handles_is_found_on_every_page_that_a_browser_was_at() {
    let browser = Browser::open().await;
    browser.go(PLANTED).await;
    let later = "setTimeout(() => done(0), 300)";
    let error = "setTimeout(() => { throw new Error('a planted error') }); ".to_owned();
    browser.run_async(&(error + later)).await;
    let rejection = "Promise.reject(new Error('a planted rejection')); ".to_owned();
    browser.run_async(&(rejection + later)).await;
    browser.run_async(TRAP).await;
    // In the format of the panic hook.
    browser.run("console.error('panicked at planted.rs')").await;
    let script = "const script = document.createElement('script'); \
        script.textContent = 'window.injected = 1'; document.head.append(script)";
    browser.run(script).await;
    // Errors of a page are kept after a navigation.
    browser.go("about:blank").await;
    let tab = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(tab).await.unwrap();
    browser.run("console.error('in another tab')").await;
    let words = [
        "a planted error",
        "a planted rejection",
        "unreachable",
        "panicked at planted.rs",
        "Content Security Policy",
        "in another tab",
    ];
    found(&browser, &words).await;
    // Errors that were returned are cleared.
    browser.close().await;
}

#[tokio::test]
async fn what_is_handled_or_is_the_networks_is_no_error() {
    let browser = Browser::open().await;
    browser.go(PLANTED).await;
    let handled = "try { throw new Error('caught') } catch {} \
        Promise.reject(new Error('handled')).catch(() => {}); console.warn('a warning'); \
        fetch('http://localhost:1/').catch(() => setTimeout(() => done(0), 300))";
    browser.run_async(handled).await;
    browser.close().await;
}

#[tokio::test]
async fn a_test_fails_by_an_error_in_a_page_and_by_not_looking_for_one() {
    async fn ends(close: bool, plant: &'static str, provoke: Option<&'static str>) -> bool {
        let test = tokio::spawn(async move {
            let browser = Browser::open().await;
            browser.go("about:blank").await;
            if let Some(part) = provoke {
                browser.provokes(part);
            }
            browser.run(plant).await;
            if close {
                browser.close().await;
            }
        });
        test.await.is_ok()
    }
    let plant = "console.error('planted')";
    assert!(!ends(true, plant, None).await, "an error");
    assert!(!ends(false, "", None).await, "not closed");
    assert!(ends(true, plant, Some("planted")).await, "provoked");
    assert!(!ends(true, "", Some("planted")).await, "provoked in vain");
    assert!(!ends(true, plant, Some("else")).await, "another one");
}
