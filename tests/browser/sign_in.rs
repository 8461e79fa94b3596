//! Connecting: the successful flow, and each other outcome.

use tests::{Bed, browser::Browser};

use crate::visit::{SIGNED_IN, Visit, to_consent};

#[tokio::test]
async fn a_refusal_is_told_in_words_and_connecting_again_works() {
    let Visit { bed: _bed, browser } = Visit::at_consent().await;
    let first = browser.attempt().await.state;
    browser.press("Refuse").await;
    browser.heading("You did not allow access").await;
    let text = browser.text().await;
    assert!(
        text.contains("access_denied") && text.contains("Connect again"),
        "{text}"
    );
    browser.press("Connect again").await;
    browser.heading("asks to read").await;
    assert_ne!(
        browser.attempt().await.state,
        first,
        "SEC-4: fresh for each attempt"
    );
    browser.press("Allow").await;
    browser.until(SIGNED_IN).await;
    browser.close().await;
}

#[tokio::test]
async fn sec_7_a_sign_in_that_took_too_long_is_told_in_words() {
    let Visit { mut bed, browser } = Visit::at_consent().await;
    bed.app.start_again_at("+11m").await;
    browser.press("Allow").await;
    browser
        .heading("The sign-in took longer than ten minutes")
        .await;
    let text = browser.text().await;
    assert!(
        text.contains("login_expired") && text.contains("Start again"),
        "{text}"
    );
    browser.close().await;
}

#[tokio::test]
async fn sec_8_10_strangers_callbacks_show_no_strangers_text() {
    let Visit { bed, browser } = Visit::start().await;
    let state = "A".repeat(43);
    for query in [
        format!("code=x&state={state}"),
        format!("error=x&error_description=Call+our+hotline&state={state}"),
        "error=x&error_description=Call+our+hotline".to_owned(),
        "code=x&state=short".to_owned(),
    ] {
        browser
            .go(&format!("{}/callback?{query}", bed.app.url))
            .await;
        browser
            .heading("We couldn’t match this sign-in to this browser")
            .await;
        assert!(!browser.text().await.contains("hotline"), "{query}");
        assert!(!browser.address().await.contains('?'), "{query}");
    }
    assert_eq!(bed.sandbox.count("token_requests").await, 0);
    browser.close().await;
}

#[tokio::test]
async fn sec_12_another_browser_earns_nothing_with_this_ones_code_and_this_one_still_connects() {
    let bed = Bed::start().await;
    let (one, other) = (Browser::open().await, Browser::open().await);
    to_consent(&bed, &one).await;
    to_consent(&bed, &other).await;
    let callback = bed
        .sandbox
        .consent(&one.attempt().await, "group", "allow")
        .await;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&callback.0)
        .finish();
    let address = format!("{}/callback?{query}", bed.app.url);
    other.go(&address).await;
    other
        .heading("We couldn’t match this sign-in to this browser")
        .await;
    one.go(&address).await;
    one.until(SIGNED_IN).await;

    // REL-10: the same callback again, in this tab and in a second one, and a forged one: a
    // connected person proceeds and sees no error.
    let forged = format!("{}/callback?code=x&state={}", bed.app.url, "A".repeat(43));
    for again in [&address, &forged] {
        one.go(again).await;
        one.until(SIGNED_IN).await;
        let tab = one.driver.new_tab().await.unwrap();
        one.driver.switch_to_window(tab).await.unwrap();
        one.go(again).await;
        one.until(SIGNED_IN).await;
    }
    assert_eq!(bed.sandbox.count("token_requests").await, 1);
    one.close().await;
    other.close().await;
}
