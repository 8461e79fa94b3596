//! Organizations that are added, removed or not read yet.

use serde_json::json;
use tests::Bed;

use crate::visit::{SIGNED_IN, Visit, to_consent};

/// Returns a script that is true if the page contains these words.
fn says(words: &str) -> String {
    format!("return document.body.innerText.includes('{words}')")
}

/// Returns a script that is true if the page does not contain these words.
fn does_not_say(words: &str) -> String {
    format!("return !document.body.innerText.includes('{words}')")
}

async fn no_read_works(bed: &Bed) {
    let refused = json!({ "kind": "status", "status": 403 });
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "rest" }, "fault": refused }))
        .await;
}

#[tokio::test]
async fn a_new_organization_is_there_after_refresh_now() {
    let Visit { bed, browser } = Visit::connected().await;
    browser.until(&says("Research")).await;
    bed.sandbox
        .set(json!({ "extra_orgs": 1, "removed_orgs": ["research"] }))
        .await;
    browser.press("Refresh now").await;
    browser.until(&says("Depot 1")).await;
    browser.until(&does_not_say("Research")).await;
    // And after a reload.
    browser.go(&browser.address().await).await;
    browser.until(&says("Depot 1")).await;
    browser.close().await;
}

#[tokio::test]
async fn reconnecting_after_the_organizations_changed_leaves_one_connection() {
    let Visit { bed, browser } = Visit::connected().await;
    let page = browser.address().await;
    let dead = json!({ "kind": "status", "status": 400, "body": { "error": "invalid_grant" } });
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" }, "fault": dead }))
        .await;
    browser.press("Refresh now").await;
    browser
        .until(&says("This connection has stopped working"))
        .await;
    bed.sandbox.heal().await;
    bed.sandbox.set(json!({ "extra_orgs": 1 })).await;
    browser.press("Reconnect").await;
    browser.heading("asks to read").await;
    browser.press("Allow").await;
    browser.until(SIGNED_IN).await;
    browser.until(&says("Depot 1")).await;
    assert_eq!(browser.address().await, page, "the same connection’s page");
    let one = "return document.querySelectorAll('.switcher-link').length === 1";
    browser.until(one).await;
    assert_eq!(browser.run(&says("stopped working")).await, false);
    browser.close().await;
}

#[tokio::test]
async fn organizations_that_are_still_to_come_are_told_and_come_by_themselves() {
    let Visit { bed, browser } = Visit::start().await;
    to_consent(&bed, &browser).await;
    no_read_works(&bed).await;
    browser.press("Allow").await;
    browser.until(SIGNED_IN).await;
    browser.until(&says("Still loading organizations")).await;
    browser.press("Connection").await;
    browser.until(&says("Access token")).await;
    browser.until(&says("Still loading organizations")).await;
    bed.sandbox.heal().await;
    browser.until(&says("Meridian Platform")).await;
    browser
        .until(&does_not_say("Still loading organizations"))
        .await;
    browser.close().await;
}

/// A connection that is merged into another one later: its page redirects to the other's.
#[tokio::test]
async fn the_page_of_a_connection_that_becomes_one_with_another_leads_on() {
    let Visit { bed, browser } = Visit::at_overview().await;
    browser.until(&says("Meridian Platform")).await;
    browser
        .run("document.querySelector('.switcher-button').click()")
        .await;
    browser.press("Connect another organization").await;
    browser.heading("asks to read").await;
    no_read_works(&bed).await;
    browser.press("Allow").await;
    browser
        .until("return document.querySelectorAll('.switcher-link').length === 2")
        .await;
    browser
        .until(
            "return document.querySelector('.switcher-link[aria-current]')\
            .innerText.includes('Snyk organizations')",
        )
        .await;
    browser
        .run("document.querySelector('.switcher-link[aria-current]').click()")
        .await;
    browser
        .until("return location.pathname.startsWith('/connections/')")
        .await;
    browser.until(&says("Still loading organizations")).await;
    bed.sandbox.heal().await;
    browser
        .until("return document.querySelectorAll('.switcher-link').length === 1")
        .await;
    browser.until(&says("Meridian Platform")).await;
    assert_eq!(browser.run(&says("Page not found")).await, false);
    browser.close().await;
}
