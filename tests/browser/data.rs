//! Helpers for the tests of the data pages.

use serde_json::{Value, json};
use tests::{Bed, browser::Browser};
use thirtyfour::{Key, TypingData};

/// Waits until the page shows these words.
pub(crate) async fn shows(browser: &Browser, words: &str) {
    browser.until(&reads(words)).await;
}

/// Waits until the page does not show these words any more.
pub(crate) async fn hides(browser: &Browser, words: &str) {
    browser
        .until(&reads(words).replace("return ", "return !"))
        .await;
}

fn reads(words: &str) -> String {
    // Excludes the announcements, which only screen readers receive.
    let place = "(document.querySelector('main') ?? document.body)";
    format!("return {place}.innerText.includes({})", json!(words))
}

/// Returns the id of an organization of the connection, by its name.
pub(crate) async fn org(browser: &Browser, name: &str) -> String {
    let script = format!(
        "fetch('/api/session').then(answer => answer.json()).then(session => \
            done(session.connections[0].orgs.find(org => org.name === {}).id))",
        json!(name)
    );
    let id = browser.run_async(&script).await;
    id.as_str().expect("an id").to_owned()
}

/// Returns the URL of an organization's projects page.
pub(crate) async fn projects_of(bed: &Bed, browser: &Browser, name: &str) -> String {
    let org = org(browser, name).await;
    let script = "fetch('/api/session').then(answer => answer.json()).then(session => \
        done(session.connections[0].id))";
    let id = browser.run_async(script).await;
    let id = id.as_str().expect("an id");
    format!("{}/connections/{id}/orgs/{org}/projects", bed.app.url)
}

/// Returns a fault of the requests for an organization's projects.
pub(crate) fn on_projects(org: &str, fault: &Value) -> Value {
    let path = format!("/rest/orgs/{org}/projects");
    json!({ "on": { "endpoint": "rest", "path": path }, "fault": fault })
}

/// Returns the number of table rows in the document.
pub(crate) async fn rows(browser: &Browser) -> u64 {
    let rows = browser
        .run("return document.querySelectorAll('tbody .row:not(.skeleton)').length")
        .await;
    rows.as_u64().expect("a number")
}

/// Presses a key in the focused element.
pub(crate) async fn press(browser: &Browser, key: impl Into<TypingData>) {
    let element = browser.driver.active_element().await.expect("a focus");
    let sent = element.send_keys(key).await;
    sent.unwrap_or_else(|error| panic!("no key arrives: {error}"));
}

/// Presses a key without a character.
pub(crate) async fn press_key(browser: &Browser, key: Key) {
    press(browser, "" + key).await;
}
