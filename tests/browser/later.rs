//! The pages that are loaded later: when, how often, and what a person reads if they do not arrive.

use tests::{
    Bed, app,
    browser::Browser,
    gateway::{Gateway, Rule},
};

use crate::{
    data::shows,
    door::{HTML, NOT_FOUND, browser_that_misses_a_part, part},
    gateway::{connect, impatient},
    issues::{ALL_READ, paths},
    visit::{SIGNED_IN, Visit, to_consent, views::every_view},
};

const MISSING: &str = "This part of Fathom could not be loaded";

/// Notes each text of the live region from now on.
const NOTE_WHAT_IS_SAID: &str = "const live = document.querySelector('.hidden[role=status]'); \
    window.said = []; \
    new MutationObserver(() => said.push(live.innerText)) \
        .observe(live, { childList: true, subtree: true, characterData: true })";

/// Returns the path of the file; `None` for a page for development, whose Wasm is not divided.
fn later() -> Option<String> {
    let document = std::fs::read_to_string(app::pages().join("index.html")).expect("a document");
    let name = "later-wasm";
    document.contains(name).then(|| part(name))
}

/// Follows a link of the page to a path.
async fn follow(browser: &Browser, path: &str) {
    let script = "const link = document.createElement('a'); link.href = 'PATH'; \
        document.querySelector('main').append(link); link.click()";
    browser.run(&script.replace("PATH", path)).await;
}

/// Returns a script's expression for the requests of a file of the page.
fn requests_of(path: &str) -> String {
    format!(
        "performance.getEntriesByType('resource').filter(it => new URL(it.name).pathname === '{path}')"
    )
}

#[tokio::test]
async fn issues_are_loaded_once_after_the_overview_and_ahead_of_the_click() {
    let Some(later) = later() else { return };
    let Visit { bed: _bed, browser } = Visit::at_overview().await;
    let requests = requests_of(&later);
    browser
        .until(&format!("return {requests}.length === 1"))
        .await;
    let is_last = format!(
        "const [later] = {requests}; \
         const reads = performance.getEntriesByType('resource').filter(it => it.name.includes('/snyk/')); \
         return reads.length > 20 && reads.every(it => it.responseEnd <= later.startTime)"
    );
    assert_eq!(browser.run(&is_last).await, true, "it comes last");
    shows(&browser, "5,724 projects").await;

    let page = paths(&browser).await.page;
    follow(&browser, &page).await;
    shows(&browser, ALL_READ).await;
    let is_from_cache = format!("return {requests}.map(it => it.transferSize > 0).join()");
    assert_eq!(browser.run(&is_from_cache).await, "true,false");
    browser.press("Overview").await;
    browser.heading("critical issues").await;
    follow(&browser, &page).await;
    shows(&browser, ALL_READ).await;
    assert_eq!(browser.run(&is_from_cache).await, "true,false");
    browser.close().await;
}

#[tokio::test]
async fn issues_that_do_not_arrive_are_told_and_tried_again() {
    let Some(later) = later() else { return };
    let (gateway, _bed) = Gateway::with_bed().await;
    let browser = browser_that_misses_a_part().await;
    impatient(&browser, &[60_000]).await;
    let later = format!("GET {later}");
    gateway.treat(&later, NOT_FOUND);
    connect(&gateway, &browser).await;
    let page = format!("{}{}", gateway.url, paths(&browser).await.page);
    for rule in [NOT_FOUND, HTML, Rule::Cut, Rule::Silent] {
        gateway.heal();
        gateway.treat(&later, rule);
        browser.go(&page).await;
        browser.heading(MISSING).await;
        shows(&browser, "Check your connection and try again.").await;
        let is_said = format!(
            "return document.querySelector('.hidden[role=status]').innerText === '{MISSING}'"
        );
        browser.until(&is_said).await;
        // A second failure is told like the first one, and the focus stays.
        browser.run(NOTE_WHAT_IS_SAID).await;
        browser.press("Try again").await;
        browser
            .until(&format!("return window.said.includes('{MISSING}')"))
            .await;
        browser
            .until("return document.activeElement.innerText === 'Try again'")
            .await;
        gateway.heal();
        browser.press("Try again").await;
        shows(&browser, ALL_READ).await;
        browser
            .until("return document.activeElement.id === 'heading'")
            .await;
    }
    gateway.treat(&later, NOT_FOUND);
    browser.go(&page).await;
    browser.heading(MISSING).await;
    every_view(&browser, "later-missing").await;
    // The rest of the app works.
    browser.press("Projects").await;
    shows(&browser, "projects, updated").await;
    // A person who does nothing is served when the network is back.
    browser.go(&page).await;
    browser.heading(MISSING).await;
    gateway.heal();
    browser.run("dispatchEvent(new Event('online'))").await;
    shows(&browser, ALL_READ).await;
    browser.close().await;
}

#[tokio::test]
async fn issues_are_loaded_in_firefox() {
    let bed = Bed::start().await;
    let browser = Browser::open_firefox().await;
    to_consent(&bed, &browser).await;
    browser.press("Allow").await;
    browser.until(SIGNED_IN).await;
    let page = paths(&browser).await.page;
    follow(&browser, &page).await;
    shows(&browser, ALL_READ).await;
    browser.driver.refresh().await.unwrap();
    shows(&browser, ALL_READ).await;
    browser.close().await;
}
