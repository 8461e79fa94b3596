//! The flow in Firefox.

use tests::{Bed, browser::Browser};

use crate::visit::{SIGNED_IN, arrived, to_consent};

#[tokio::test]
async fn a_person_connects_reloads_and_signs_out() {
    let bed = Bed::start().await;
    let browser = Browser::open_firefox().await;
    to_consent(&bed, &browser).await;
    browser.press("Allow").await;
    arrived(&browser).await;
    let readable = browser.readable().await;
    for secret in bed.sandbox.secrets().await {
        assert!(!readable.contains(&secret), "the page can read {secret}");
    }
    browser.driver.refresh().await.unwrap();
    browser.until(SIGNED_IN).await;
    browser.press("Sign out").await;
    browser.heading("See which issues matter").await;
    browser.close().await;
}

/// What Firefox says of an error is found, so that a page without one has none.
#[tokio::test]
async fn errors_of_a_page_are_found() {
    let bed = Bed::start().await;
    let browser = Browser::open_firefox().await;
    browser.go(&bed.app.url).await;
    browser.heading("").await;
    browser
        .run("setTimeout(() => { throw new Error('a fault') })")
        .await;
    browser.provokes("a fault");
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    browser.close().await;
}
