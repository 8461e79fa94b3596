//! The page of a connection, and signing out of it.

use crate::visit::{HAS_ORGANIZATIONS, Visit};

#[tokio::test]
async fn refresh_now_and_disconnect_do_what_they_say() {
    let Visit { bed, browser } = Visit::connected().await;
    browser.press("Refresh now").await;
    // The toast is not a part of the page's content.
    browser
        .until("return document.body.innerText.includes('Access refreshed')")
        .await;
    let generation = "return [...document.querySelectorAll('.gauge')] \
        .find(gauge => gauge.innerText.startsWith('Generation')) \
        .querySelector('.figure').innerText === '1'";
    browser.until(generation).await;
    assert_eq!(bed.sandbox.count("token_refresh_ok").await, 1);
    browser.press("Disconnect").await;
    browser
        .until("return document.querySelector('dialog').open")
        .await;
    browser
        .until("return document.activeElement.innerText === 'Cancel'")
        .await;
    let script = "[...document.querySelectorAll('dialog button')]\
        .find(button => button.innerText === 'Disconnect').click()";
    browser.run(script).await;
    browser.heading("is disconnected").await;
    assert_eq!(bed.sandbox.count("revocations").await, 1);
    browser.close().await;
}

#[tokio::test]
async fn sec_32_a_sign_out_in_one_tab_reaches_the_other() {
    let Visit { bed: _bed, browser } = Visit::connected().await;
    let address = browser.address().await;
    let first = browser.driver.window().await.unwrap();
    let second = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(second).await.unwrap();
    browser.go(&address).await;
    browser.until(HAS_ORGANIZATIONS).await;
    browser.press("Sign out").await;
    browser.heading("See which issues matter").await;
    browser.driver.switch_to_window(first).await.unwrap();
    browser
        .until("return !document.body.innerText.includes('Meridian')")
        .await;
    // Back, also from the back-forward cache, shows no data either.
    browser.go_in_history(-1).await;
    browser
        .until("return document.readyState === 'complete'")
        .await;
    let script = "return !location.pathname.startsWith('/connections/') \
        || !document.body.innerText.includes('Meridian Platform')";
    browser.until(script).await;
    browser.close().await;
}

#[tokio::test]
async fn an_address_of_nothing_says_so() {
    let Visit { bed, browser } = Visit::start().await;
    browser.go(&format!("{}/no/such/page", bed.app.url)).await;
    browser.heading("Page not found").await;
    browser.close().await;
}
