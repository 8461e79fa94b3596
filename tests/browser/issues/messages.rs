//! The messages of the page when there are no issues to show, and that they are true.

use serde_json::{Value, json};
use tests::browser::{DESKTOP, PHONE};

use super::{ALL_READ, at_issues, at_trouble, issues_answer, issues_of, paths, stop};
use crate::{
    data::{hides, shows},
    visit::Visit,
    visit::views::{every_view, every_view_of_phone},
};

#[tokio::test]
async fn a_connection_that_stopped_is_not_a_project_that_is_gone() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let paths = paths(&browser).await;
    stop(&bed).await;
    let address = format!("{}{}", bed.app.url, paths.page);
    browser.go(&address).await;
    shows(&browser, "This connection has stopped working").await;
    hides(&browser, "This project doesn’t exist").await;
    hides(&browser, "removed at Snyk").await;
    // The data is cached now, so no request is sent.
    let before = bed.sandbox.seen("/rest/").await;
    browser.go(&address).await;
    shows(&browser, "This connection has stopped working").await;
    shows(&browser, "Issues of a project").await;
    hides(&browser, "Loading").await;
    every_view(&browser, "issues-stopped").await;
    assert_eq!(bed.sandbox.seen("/rest/").await, before);
    browser.close().await;
}

#[tokio::test]
async fn what_was_read_stays_when_the_connection_stops_and_so_does_the_focus() {
    let (Visit { bed, browser }, _) = at_issues().await;
    browser
        .run("document.querySelector('.issue-title').focus()")
        .await;
    stop(&bed).await;
    // By script, because a click would move the focus.
    browser
        .run("[...document.querySelectorAll('button')].find(it => it.innerText === 'Refresh').click()")
        .await;
    shows(&browser, "This connection has stopped working").await;
    shows(&browser, "Showing 231 of 237 issues, updated").await;
    hides(&browser, "Refresh").await;
    hides(&browser, "could not be loaded").await;
    browser
        .until("return document.activeElement.classList.contains('issue-title')")
        .await;
    every_view(&browser, "issues-stopped-later").await;
    browser.close().await;
}

#[tokio::test]
async fn an_issue_that_could_not_be_read_is_not_one_that_is_gone() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let paths = paths(&browser).await;
    let issue = issues_of(&browser, &paths).await.swap_remove(0);
    let id = issue["id"].as_str().unwrap();
    let title = issue["attributes"]["title"].as_str().unwrap();
    let away = json!({ "kind": "status", "status": 503 });
    issues_answer(&bed, &paths, None, 0, away).await;
    browser.width(PHONE).await;
    browser
        .go(&format!("{}{}?issue={id}", bed.app.url, paths.page))
        .await;
    browser.heading("This issue could not be loaded").await;
    hides(&browser, "removed at Snyk").await;
    shows(&browser, "Snyk is not answering").await;
    every_view_of_phone(&browser, "issue-detail-failed").await;
    browser.width(DESKTOP).await;
    let panel = "document.querySelector('.panel')?.innerText";
    let failed = format!("return {panel}.includes('could not be loaded')");
    browser.until(&failed).await;
    every_view(&browser, "issue-panel-failed").await;
    browser.width(PHONE).await;
    bed.sandbox.heal().await;
    browser.press("Try again").await;
    browser.heading(title).await;
    browser.close().await;
}

/// Returns a response with these issues and no more.
fn only(issues: &[Value]) -> Value {
    json!({ "kind": "body", "json": { "jsonapi": { "version": "1.0" }, "links": {}, "data": issues } })
}

#[tokio::test]
async fn no_open_issues_is_said_with_what_is_hidden_and_the_way_to_it() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let paths = paths(&browser).await;
    let mut issues = issues_of(&browser, &paths).await;
    issues.truncate(3);
    for issue in &mut issues {
        issue["attributes"]["ignored"] = json!(false);
        issue["attributes"]["status"] = json!("resolved");
    }
    let address = format!("{}{}", bed.app.url, paths.page);
    issues_answer(&bed, &paths, None, 0, only(&issues)).await;
    browser.go(&address).await;
    shows(&browser, "No open issues").await;
    shows(&browser, "3 are resolved.").await;
    every_view(&browser, "issues-none-open").await;
    browser.press("Include resolved").await;
    shows(&browser, "3 issues, updated").await;

    for issue in &mut issues[..2] {
        issue["attributes"]["ignored"] = json!(true);
        issue["attributes"]["status"] = json!("open");
    }
    bed.sandbox.heal().await;
    issues_answer(&bed, &paths, None, 0, only(&issues)).await;
    browser.go(&address).await;
    shows(&browser, "Both open issues are ignored").await;
    shows(&browser, "One more is resolved.").await;
    every_view(&browser, "issues-all-ignored").await;
    browser.press("Include ignored").await;
    shows(&browser, "Showing 2 of 3 issues, updated").await;

    bed.sandbox.heal().await;
    issues_answer(&bed, &paths, None, 0, only(&[])).await;
    browser.go(&address).await;
    shows(&browser, "Snyk found no issues in this project.").await;
    browser.close().await;
}

#[tokio::test]
async fn nothing_matches_yet_is_not_nothing_matches() {
    let slow = json!({ "kind": "delay", "ms": 4_000 });
    let (Visit { bed, browser }, paths) = at_trouble(None, 1, slow).await;
    browser
        .go(&format!("{}{}?kind=cloud", bed.app.url, paths.page))
        .await;
    shows(&browser, "None of the 100 issues so far match").await;
    browser.picture("issues-nothing-matches-yet").await;
    shows(&browser, "None of the 237 issues match").await;
    browser.close().await;
}

#[tokio::test]
async fn it_says_when_it_was_read_and_reads_again() {
    let (Visit { bed, browser }, paths) = at_issues().await;
    let before = bed.sandbox.seen(&paths.issues).await;
    browser
        .until("return !!document.querySelector('.filter-summary time[datetime]')")
        .await;
    browser.press("Refresh").await;
    browser
        .until("return document.activeElement.closest('.filter-summary')?.innerText.includes('Refresh')")
        .await;
    shows(&browser, ALL_READ).await;
    assert!(bed.sandbox.seen(&paths.issues).await > before);
    // A complete list stays complete if it cannot be read again.
    let gone = json!({ "kind": "status", "status": 410 });
    issues_answer(&bed, &paths, None, 0, gone).await;
    browser.press("Refresh").await;
    shows(&browser, "The issues could not be refreshed").await;
    shows(&browser, ALL_READ).await;
    every_view(&browser, "issues-not-read-again").await;
    browser.close().await;
}

#[tokio::test]
async fn the_panel_says_what_to_do_as_far_as_snyk_says_it() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let paths = paths(&browser).await;
    let mut issue = issues_of(&browser, &paths).await.swap_remove(0);
    let id = issue["id"].as_str().unwrap().to_owned();
    let attributes = &mut issue["attributes"];
    attributes["status"] = json!("open");
    attributes["ignored"] = json!(false);
    attributes["description"] = json!("The first paragraph.\n\n<b>The</b> second one.");
    attributes["severities"] = json!([{ "source": "Snyk", "level": "high", "score": 7.5,
        "version": "3.1", "vector": "CVSS:3.1/AV:N/AC:L", "modification_time": "2026-01-01T00:00:00Z" }]);
    attributes["classes"] = json!([{ "id": "CWE-79", "source": "CWE", "type": "weakness" }]);
    attributes["coordinates"] = json!([{ "is_fixable_manually": true,
        "remedies": [{ "type": "manual", "description": "Escape what is written." }] }]);
    issues_answer(&bed, &paths, None, 0, only(&[issue])).await;
    browser
        .go(&format!("{}{}?issue={id}", bed.app.url, paths.page))
        .await;
    for words in [
        "Needs a manual fix",
        "Escape what is written.",
        "The first paragraph.",
        "<b>The</b> second one.",
        "7.5 (CVSS 3.1, Snyk)",
        "CVSS:3.1/AV:N/AC:L",
    ] {
        shows(&browser, words).await;
    }
    let weakness = "return [...document.querySelectorAll('.facts a')]\
        .some(link => link.href === 'https://cwe.mitre.org/data/definitions/79.html')";
    browser.until(weakness).await;
    every_view(&browser, "issues-what-to-do").await;
    browser.close().await;
}
