//! The appearance and keyboard operation of the pages: the web font, the account menu, both themes.
//! With `SCREENSHOTS=folder`, a screenshot of every page is saved there.

use serde_json::json;
use tests::browser::{Browser, Colours};
use thirtyfour::Key;

use crate::{
    data::press_key,
    visit::views::every_view,
    visit::{SIGNED_IN, Visit, arrived},
};

/// Waits until these words occur anywhere, also outside of the page: in the bar or in a toast.
async fn shows(browser: &Browser, words: &str) {
    let script = format!("return document.body.innerText.includes({})", json!(words));
    browser.until(&script).await;
}

#[tokio::test]
async fn the_typeface_comes_from_here_and_is_kept_for_ever() {
    let visit = Visit::start().await;
    let browser = &visit.browser;
    browser.go(&visit.bed.app.url).await;
    browser.heading("See which issues matter").await;
    browser
        .until("return document.documentElement.hasAttribute('data-face')")
        .await;
    let used = "return document.fonts.check('650 20px \"Atkinson Hyperlegible Next\"') \
        && getComputedStyle(document.body).fontFamily.includes('Atkinson')";
    browser.until(used).await;
    let script = "const done = arguments[0]; \
        const [face] = performance.getEntriesByType('resource').filter(e => e.name.endsWith('woff2')); \
        fetch(face.name).then(a => done([a.headers.get('cache-control'), a.headers.get('content-type')]))";
    let answer = browser.driver.execute_async(script, Vec::new()).await;
    assert_eq!(
        answer.expect("an answer").json(),
        &json!([
            "public, max-age=31536000, immutable, no-transform",
            "font/woff2"
        ])
    );
    browser.until(LOGS_NOTHING).await;
    every_view(browser, "welcome").await;

    // With forced colours the hatching stays, which other gradients do not.
    browser.colours(Colours::Forced).await;
    let gradients = "document.querySelector('h1').style.background = 'linear-gradient(red, red)'; \
        return ['h1', '.sealed', '.lane-lines'].map(it => \
            getComputedStyle(document.querySelector(it)).backgroundImage.includes('gradient'))";
    assert_eq!(browser.run(gradients).await, json!([false, true, true]));
    visit.browser.close().await;
}

/// The content security policy has blocked nothing: every resource has loaded.
const LOGS_NOTHING: &str = "return performance.getEntriesByType('resource')\
    .every(entry => entry.responseStatus === undefined || entry.responseStatus < 400)";

#[tokio::test]
async fn this_browsers_menu_answers_to_keys_and_signs_out() {
    let visit = Visit::connected().await;
    let browser = &visit.browser;
    let active = |words: &str| {
        format!(
            "const it = document.activeElement; \
             return (it.getAttribute('aria-label') ?? it.innerText) === '{words}'"
        )
    };
    browser
        .run("document.querySelector('[aria-label=\"This browser\"]').focus()")
        .await;
    press_key(browser, Key::Down).await;
    browser.until(&active("Where you are signed in")).await;
    browser.picture("menu").await;
    press_key(browser, Key::Escape).await;
    browser.until(&active("This browser")).await;
    press_key(browser, Key::Enter).await;
    browser.until(&active("Where you are signed in")).await;
    press_key(browser, Key::Down).await;
    browser.until(&active("Sign out")).await;
    press_key(browser, Key::Enter).await;
    browser.heading("See which issues matter").await;
    browser
        .until("return !document.querySelector('[aria-label=\"This browser\"]')")
        .await;
    visit.browser.close().await;
}

#[tokio::test]
async fn a_connection_in_both_themes_and_widths() {
    let visit = Visit::connected().await;
    every_view(&visit.browser, "connection").await;
    visit.browser.close().await;
}

#[tokio::test]
async fn finishing_tells_its_steps_and_that_snyk_is_slow() {
    let Visit { bed, browser } = Visit::at_consent().await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.code" }, "times": 1,
            "fault": { "kind": "delay", "ms": 11_500 } }))
        .await;
    browser.press("Allow").await;
    browser.heading("Finishing the connection").await;
    shows(&browser, "Keep this tab open").await;
    let steps = browser
        .run("return [...document.querySelectorAll('.steps li')].map(li => li.dataset.state)")
        .await;
    assert_eq!(steps, json!(["done", "now", "later"]));
    browser
        .until("return document.activeElement === document.querySelector('h1')")
        .await;
    every_view(&browser, "callback").await;
    shows(&browser, "Snyk is slow to answer. Nothing is lost.").await;
    browser.until(SIGNED_IN).await;
    shows(&browser, "Connected to").await;
    browser.close().await;
}

#[tokio::test]
async fn a_scope_that_is_missing_again_is_told_so() {
    let Visit { bed: _bed, browser } = Visit::at_consent().await;
    browser.press("grant less than asked").await;
    arrived(&browser).await;
    shows(&browser, "Not granted: see dependencies").await;
    let before = browser.text().await;
    assert!(!before.contains("this time either"), "{before}");
    browser.press("Ask again").await;
    browser.heading("asks to read").await;
    browser.press("grant less than asked").await;
    browser.until(SIGNED_IN).await;
    shows(&browser, "Snyk didn’t grant it this time either.").await;
    every_view(&browser, "connection-missing").await;
    browser.press("Ask again").await;
    browser.heading("asks to read").await;
    browser.press("Allow").await;
    browser.until(SIGNED_IN).await;
    shows(&browser, "3 granted").await;
    let after = browser.text().await;
    assert!(!after.contains("Not granted"), "{after}");
    browser.close().await;
}

#[tokio::test]
async fn a_connection_that_stopped_working_is_told_on_its_page_and_on_others() {
    let Visit { bed, browser } = Visit::connected().await;
    let first = browser.address().await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" }, "times": 1,
            "fault": { "kind": "status", "status": 400, "body": { "error": "invalid_grant" } } }))
        .await;
    browser.press("Refresh now").await;
    shows(&browser, "This connection has stopped working").await;
    shows(&browser, "Needs reconnecting").await;
    // There are no tokens any more whose time could run.
    shows(&browser, "and Fathom has deleted them").await;
    let text = browser.text().await;
    assert!(!text.contains("expires in"), "{text}");
    every_view(&browser, "connection-stopped").await;

    // A second connection.
    let attempt = "const done = arguments[0]; \
        [...document.querySelectorAll('.switcher button')]\
        .find(button => button.textContent.includes('Connect another')).click(); \
        const wait = setInterval(() => { if (document.title.includes('asks')) done(1) }, 50)";
    drop(browser.driver.execute_async(attempt, Vec::new()).await);
    browser.heading("asks to read").await;
    browser
        .run("document.querySelector('input[value^=\"org:\"]').click()")
        .await;
    browser.press("Allow").await;
    browser.until(SIGNED_IN).await;
    let second = "const links = [...document.querySelectorAll('.switcher .menu a')]; \
        const link = links.find(link => !link.querySelector('.switcher-stopped')); \
        if (links.length === 2 && link) link.click(); return links.length === 2 && !!link";
    browser.until(second).await;
    shows(
        &browser,
        "Another connection, Meridian Freight, has stopped working",
    )
    .await;
    assert_ne!(browser.address().await, first);
    every_view(&browser, "connection-other-stopped").await;

    browser.press("Remove…").await;
    browser
        .until("return !!document.querySelector('dialog[open]')")
        .await;
    let keeps = "return document.activeElement.innerText === 'Cancel'";
    browser.until(keeps).await;
    browser.picture("confirm").await;
    let go = "[...document.querySelectorAll('dialog[open] button')]\
        .find(button => button.innerText === 'Remove').click()";
    browser.run(go).await;
    shows(&browser, "Connection removed").await;
    browser
        .until("return !document.body.innerText.includes('stopped working')")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn without_a_network_the_page_says_so_and_goes_on_by_itself() {
    let Visit { bed, browser } = Visit::connected().await;
    let network = |offline: bool| json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    browser
        .devtools("Network.emulateNetworkConditions", network(true))
        .await;
    shows(&browser, "You are offline. Last updated at").await;
    browser.picture("offline").await;
    browser
        .devtools("Network.emulateNetworkConditions", network(false))
        .await;
    browser
        .until("return !document.body.innerText.includes('You are offline')")
        .await;

    // A start page whose server cannot report the session keeps its button, and retries.
    browser.devtools("Network.enable", json!({})).await;
    browser
        .devtools(
            "Network.setBlockedURLs",
            json!({ "urls": ["*/api/session"] }),
        )
        .await;
    browser.go(&bed.app.url).await;
    browser.heading("See which issues matter").await;
    shows(&browser, "Connect to").await;
    shows(&browser, "You seem to be offline").await;
    every_view(&browser, "welcome-unreachable").await;
    browser
        .devtools("Network.setBlockedURLs", json!({ "urls": [] }))
        .await;
    browser.until(SIGNED_IN).await;
    browser.close().await;
}
