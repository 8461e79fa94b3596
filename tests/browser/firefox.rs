//! The flow in Firefox.

use tests::{Bed, browser::Browser};
use thirtyfour::Key;

use crate::{
    admin, all_issues,
    data::{press_key, shows},
    visit::{SIGNED_IN, arrived, to_consent},
};

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

#[tokio::test]
async fn the_pages_that_are_loaded_later_work() {
    let bed = Bed::start().await;
    let browser = Browser::open_firefox().await;
    // The rehearsal, and a login that begins at it.
    browser.go(&format!("{}/flow", bed.app.url)).await;
    browser.heading("What happens when you connect").await;
    browser
        .until("return document.querySelectorAll('.pkce code').length === 4")
        .await;
    browser.press("Show all").await;
    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;
    browser.press("Allow").await;
    browser.heading("What happened when you connected").await;

    browser.press("Overview").await;
    browser.heading(all_issues::VERDICT).await;
    browser.press(all_issues::VERDICT).await;
    all_issues::listed(&browser, 37).await;
    browser.press("By package").await;
    browser
        .until("return document.querySelector('.group-table')?.ariaLabel === 'Packages'")
        .await;
    browser.press("By issue").await;
    all_issues::listed(&browser, 37).await;
    browser
        .run("document.querySelector('.issue-table [tabindex=\"0\"]').focus()")
        .await;
    press_key(&browser, Key::Enter).await;
    browser
        .until("return document.querySelector('.panel h2')?.innerText.length > 0")
        .await;

    browser.press("Connection").await;
    shows(&browser, "Access to Snyk").await;
    browser.go(&format!("{}/sessions", bed.app.url)).await;
    browser.heading("Where you are signed in").await;
    shows(&browser, "This browser").await;

    admin::journey::sign_in(&bed, &browser).await;
    browser.press("Activity").await;
    shows(&browser, "Administrator signed in").await;
    browser.press("App settings").await;
    shows(&browser, "What this server uses").await;
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
