//! What a page's scripts cannot read, and what cannot run in the page.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tests::client::Attempt;

use crate::visit::{HAS_ORGANIZATIONS, Visit, arrived};

/// Checks that nothing readable by a script is a secret of the login or hashes to its challenge.
pub(crate) fn assert_holds_nothing(readable: &str, secrets: &[String], challenge: &str) {
    for secret in secrets {
        assert!(
            !readable.contains(secret.as_str()),
            "the page can read {secret}"
        );
    }
    let words = readable.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    for word in words.filter(|word| word.len() >= 43) {
        for window in word.as_bytes().windows(43) {
            let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(window));
            assert_ne!(hash, challenge, "the page can read the verifier");
        }
    }
}

/// Returns the challenge that a login sends to the provider.
pub(crate) fn challenge_of(attempt: &Attempt) -> String {
    let query = url::form_urlencoded::parse(attempt.authorize_query.as_bytes());
    let mut query = query.into_owned();
    let (_, challenge) = query.find(|(name, _)| name == "code_challenge").unwrap();
    assert_eq!(challenge.len(), 43);
    challenge
}

#[tokio::test]
async fn sec_11_18_the_whole_journey_leaves_nothing_behind() {
    let Visit { bed, browser } = Visit::at_consent().await;
    let attempt = browser.attempt().await;
    assert_eq!(attempt.state.len(), 43);
    let challenge = challenge_of(&attempt);

    // While the person is at the provider's page, another tab of the app looks for the login.
    let here = browser.driver.window().await.unwrap();
    let tab = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(tab).await.unwrap();
    browser.go(&bed.app.url).await;
    browser.heading("See which issues matter").await;
    let mut secrets = bed.sandbox.secrets().await;
    secrets.push(attempt.state.clone());
    assert_holds_nothing(&browser.readable().await, &secrets, &challenge);
    browser.driver.close_window().await.unwrap();
    browser.driver.switch_to_window(here).await.unwrap();

    browser.press("Allow").await;
    arrived(&browser).await;
    let text = browser.text().await;
    for words in [
        "Meridian Platform",
        "Meridian Payments",
        "Access token expires in",
        "Active",
    ] {
        assert!(text.contains(words), "{words} in:\n{text}");
    }
    let mut secrets = bed.sandbox.secrets().await;
    secrets.push(attempt.state);
    assert_holds_nothing(&browser.readable().await, &secrets, &challenge);
    assert!(
        !browser.address().await.contains('?'),
        "{}",
        browser.address().await
    );

    // Reload: still connected. Back: neither the callback nor an error appears.
    let connected = browser.address().await;
    browser.driver.refresh().await.unwrap();
    browser.until(HAS_ORGANIZATIONS).await;
    assert_eq!(browser.address().await, connected);
    browser.go_in_history(-1).await;
    browser
        .until("return document.readyState === 'complete'")
        .await;
    let address = browser.address().await;
    assert!(!address.contains("code="), "{address}");
    browser.close().await;
}

#[tokio::test]
async fn sec_60_no_page_breaks_the_content_security_policy() {
    let Visit { bed: _bed, browser } = Visit::connected().await;
    // Every test checks that no page violates the policy by itself.
    assert_eq!(browser.take_errors().await, Vec::<String>::new());
    browser.provokes("Content Security Policy");
    // What an injected script would try.
    let script = "let violations = 0; \
        document.addEventListener('securitypolicyviolation', () => violations++); \
        const s = document.createElement('script'); s.textContent = 'window.injected = 1'; \
        document.body.append(s); setTimeout('window.evaluated = 1', 0); \
        setTimeout(() => done([window.injected === undefined, \
            window.evaluated === undefined, violations > 0]), 300)";
    let answer = browser.run_async(script).await;
    assert_eq!(answer, json!([true, true, true]));
    browser.close().await;
}
