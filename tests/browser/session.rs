//! What the page keeps showing if the server cannot report the session, what other tabs are
//! notified of, and what the page learns about a connection without a reload.

use serde_json::{Value, json};
use tests::browser::Browser;

use crate::{
    data::{hides, org, press, projects_of, shows},
    visit::views::every_view,
    visit::{HAS_ORGANIZATIONS, SIGNED_IN, Visit, arrived},
};

const VERDICT: &str = "37 critical issues in 19 projects";
/// Makes the page request the session, as when the network returns.
const REQUEST_SESSION: &str = "window.dispatchEvent(new Event('online'))";

/// Answers requests for the session with this status and code from now on.
async fn session_answers(browser: &Browser, status: u16, code: &str) {
    let body = json!({ "title": "t", "status": status, "code": code, "request_id": "01JD9Z" });
    let script = format!(
        "window.fetched ??= window.fetch; \
        window.fetch = (request, ...rest) => (request.url ?? request).includes('/api/session') \
            ? Promise.resolve(new Response(JSON.stringify({body}), \
                {{ status: {status}, headers: {{ 'content-type': 'application/problem+json' }} }})) \
            : fetched(request, ...rest)"
    );
    browser.run(&script).await;
}

/// Records each heading of the page from now on.
const NOTE_HEADINGS: &str = "window.headings = []; new MutationObserver(() => { \
        const words = document.querySelector('h1')?.innerText; \
        if (words && headings.at(-1) !== words) headings.push(words); \
        if (document.querySelector('main .waiting')) headings.push('Starting'); \
    }).observe(document.body, { childList: true, subtree: true, characterData: true })";

/// Kills the refresh token, and waits until the page has noticed.
async fn stop(bed: &tests::Bed, browser: &Browser) {
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" }, "times": 1,
            "fault": { "kind": "status", "status": 400, "body": { "error": "invalid_grant" } } }))
        .await;
    browser.press("Refresh now").await;
    shows(browser, "This connection has stopped working").await;
}

/// Confirms a dialog.
async fn confirm(browser: &Browser, words: &str) {
    browser
        .until("return !!document.querySelector('dialog[open]')")
        .await;
    let go = format!(
        "[...document.querySelectorAll('dialog[open] button')]\
        .find(button => button.innerText === '{words}').click()"
    );
    browser.run(&go).await;
}

/// Connects one more organization, from the list of connections.
async fn connect_another(browser: &Browser) {
    browser
        .run("document.querySelector('.switcher-button').click()")
        .await;
    browser.press("Connect another organization").await;
    browser.heading("asks to read").await;
    browser
        .run("document.querySelector('input[value^=\"org:\"]').click()")
        .await;
    browser.press("Allow").await;
    browser.until(SIGNED_IN).await;
    browser
        .until("return document.querySelectorAll('.switcher-link').length === 2")
        .await;
}

#[tokio::test]
async fn a_server_that_cannot_say_who_is_here_takes_nothing_from_the_screen() {
    let Visit { bed, browser } = Visit::at_overview().await;
    browser.heading(VERDICT).await;
    session_answers(&browser, 503, "unavailable").await;
    browser.run(REQUEST_SESSION).await;
    shows(&browser, "Fathom can’t reach its own data").await;
    shows(&browser, "You are still signed in.").await;
    // The code is shown next to the request id.
    shows(&browser, "unavailable").await;
    browser.heading(VERDICT).await;
    assert_eq!(browser.run(SIGNED_IN).await, true);
    every_view(&browser, "overview-unavailable").await;

    // The page of the connection stays too, and so does the bar.
    browser.press("Connection").await;
    browser.until(HAS_ORGANIZATIONS).await;
    shows(&browser, "Access token expires in").await;
    shows(&browser, "Fathom can’t reach its own data").await;
    assert_eq!(browser.run(SIGNED_IN).await, true);

    // A missing response is reported in a banner, with the time of the displayed data.
    let refuse = "window.fetch = () => Promise.reject(new TypeError('refused'))";
    browser.run(refuse).await;
    browser.run(REQUEST_SESSION).await;
    let reported = "return document.querySelector('.banner')?.innerText \
        .startsWith('You seem to be offline. Last updated at')";
    browser.until(reported).await;
    browser.until(HAS_ORGANIZATIONS).await;
    every_view(&browser, "connection-silent").await;

    browser.run("window.fetch = fetched").await;
    browser.press("Try now").await;
    browser
        .until("return !document.querySelector('.banner')")
        .await;
    hides(&browser, "can’t reach its own data").await;
    drop(bed);
    browser.close().await;
}

#[tokio::test]
async fn a_try_that_changes_nothing_is_seen_and_said() {
    let Visit { bed: _bed, browser } = Visit::at_overview().await;
    browser.heading(VERDICT).await;
    session_answers(&browser, 503, "unavailable").await;
    browser.run(REQUEST_SESSION).await;
    shows(&browser, "Fathom can’t reach its own data").await;
    let note = "window.said = []; window.labels = []; \
        const region = document.querySelector('body > [role=status].hidden'); \
        new MutationObserver(() => { if (region.innerText) said.push(region.innerText) }) \
            .observe(region, { childList: true, subtree: true, characterData: true }); \
        const button = [...document.querySelectorAll('.notice button')] \
            .find(button => button.innerText === 'Try now'); \
        new MutationObserver(() => labels.push(button.innerText)) \
            .observe(button, { childList: true, subtree: true, characterData: true }); \
        return !!region";
    assert_eq!(browser.run(note).await, true);
    let slower = "const answer = window.fetch; window.fetch = (...all) => \
        new Promise(done => setTimeout(() => done(answer(...all)), 200))";
    browser.run(slower).await;
    for times in 1..=2 {
        browser.press("Try now").await;
        let again = format!(
            "return said.filter(words => words === 'Fathom can’t reach its own data').length \
             >= {times} && labels.at(-1) === 'Try now' && labels.includes('Trying')"
        );
        browser.until(&again).await;
    }
    browser.close().await;
}

#[tokio::test]
async fn a_connection_that_is_removed_on_its_own_page_leads_to_the_start() {
    let Visit { bed, browser } = Visit::connected().await;
    stop(&bed, &browser).await;
    browser.run(NOTE_HEADINGS).await;
    browser.press("Remove…").await;
    confirm(&browser, "Remove").await;
    browser.heading("See which issues matter").await;
    browser
        .until("return document.body.innerText.includes('Connection removed')")
        .await;
    browser
        .until("return document.activeElement === document.querySelector('h1')")
        .await;
    assert_eq!(browser.run("return location.pathname").await, "/");
    let headings = browser.run("return headings").await;
    let between = headings.as_array().expect("a list").iter();
    let between: Vec<_> = between
        .filter_map(Value::as_str)
        .filter(|words| words.contains("Page not found") || words.contains("signed out"))
        .collect();
    assert!(between.is_empty(), "{headings}");
    browser.close().await;
}

#[tokio::test]
async fn the_end_of_one_connection_leaves_the_others_in_other_tabs_as_they_are() {
    let Visit { bed, browser } = Visit::connected().await;
    let first = browser.address().await;
    connect_another(&browser).await;
    // The complete overview of the first connection.
    browser.go(&format!("{first}/overview")).await;
    browser.heading(VERDICT).await;
    browser.run(NOTE_HEADINGS).await;
    let before = bed.sandbox.seen("/rest/orgs/").await;

    let here = browser.driver.window().await.unwrap();
    let tab = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(tab).await.unwrap();
    browser.go(&first).await;
    browser.until(HAS_ORGANIZATIONS).await;
    let other = "const link = document.querySelector('.switcher .menu a:not([aria-current])'); \
        link.click(); return link.getAttribute('href')";
    let other = browser.run(other).await;
    let there = format!("return location.pathname === {other}");
    browser.until(&there).await;
    browser.until(HAS_ORGANIZATIONS).await;
    browser.press("Disconnect").await;
    confirm(&browser, "Disconnect").await;
    browser.heading("is disconnected").await;

    browser.driver.switch_to_window(here).await.unwrap();
    browser
        .until("return document.querySelectorAll('.switcher-link').length === 1")
        .await;
    browser.heading(VERDICT).await;
    let headings = browser.run("return headings").await;
    assert!(!headings.to_string().contains("Starting"), "{headings}");
    assert_eq!(bed.sandbox.seen("/rest/orgs/").await, before, "read again");
    browser.close().await;
}

#[tokio::test]
async fn the_page_of_a_connection_learns_that_its_token_was_renewed() {
    let Visit { bed, browser } = Visit::start().await;
    bed.sandbox.set(json!({ "access_ttl": 24 })).await;
    let Visit { bed: _bed, browser } = Visit { bed, browser }.connect().await;
    let org = org(&browser, "Meridian Payments").await;
    // As another tab or browser does: a read near the token's expiry refreshes it.
    let read = format!(
        "const id = location.pathname.split('/')[2]; setInterval(() => \
            fetch(`/api/connections/${{id}}/snyk/rest/orgs/{org}/projects?version=2024-10-15&limit=10`), 1000)"
    );
    browser.run(&read).await;
    let generation = "[...document.querySelectorAll('.gauge')] \
        .find(gauge => gauge.innerText.startsWith('Generation')) \
        .querySelector('.figure').innerText";
    browser.until(&format!("return {generation} === '0'")).await;
    tokio::time::sleep(std::time::Duration::from_secs(8)).await;
    browser
        .until(&format!("return Number({generation}) > 0"))
        .await;

    // And when the page is entered.
    browser.press("Overview").await;
    browser.heading("critical issues").await;
    let before = browser
        .run_async("fetch('/api/session').then(it => it.json()).then(it => done(it.connections[0].generation))")
        .await;
    let refresh = "fetch(`/api/connections/${document.querySelector('.nav a').pathname.split('/')[2]}/refresh`, \
        { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }) \
        .then(it => setTimeout(() => done(it.status), 1500))";
    assert_eq!(browser.run_async(refresh).await, 200);
    browser.press("Connection").await;
    browser
        .until(&format!("return Number({generation}) > {before}"))
        .await;
    browser.close().await;
}

#[tokio::test]
async fn reconnecting_leads_back_to_what_was_chosen_meanwhile() {
    let Visit { bed, browser } = Visit::at_overview().await;
    browser.heading(VERDICT).await;
    let projects = projects_of(&bed, &browser, "Meridian Platform").await;
    let path = projects.trim_start_matches(&bed.app.url).to_owned();
    arrived(&browser).await;
    stop(&bed, &browser).await;
    browser.press("Overview").await;
    browser.heading(VERDICT).await;
    let open = format!("document.querySelector('a[href=\"{path}\"]').click()");
    browser.run(&open).await;
    browser.heading("Projects in Meridian Platform").await;
    shows(&browser, "This connection has stopped working").await;
    browser
        .run("document.querySelector('[type=search]').focus()")
        .await;
    press(&browser, "meridian").await;
    browser
        .until("return location.search === '?q=meridian'")
        .await;
    browser.press("Reconnect").await;
    browser.heading("asks to read").await;
    browser.press("Allow").await;
    browser.until(SIGNED_IN).await;
    browser
        .until("return location.search === '?q=meridian'")
        .await;
    browser.close().await;
}
