//! An issue without space beside the list: a separate page, however it is opened.

use serde_json::json;
use tests::browser::{Browser, DESKTOP};

use super::{ALL_READ, at_issues};
use crate::{data::shows, visit::Visit};

/// Windows that are narrower than the list and the panel together.
const NARROW: [u32; 3] = [390, 820, 1_000];
/// The link of the second row.
const SECOND: &str = "document.querySelectorAll('[aria-rowindex=\"3\"] .issue-title')";

/// How an issue is opened.
#[derive(Clone, Copy, Debug)]
enum By {
    Pointer,
    Finger,
    Key,
}

async fn open(browser: &Browser, by: By) {
    match by {
        By::Pointer => browser.click_at(SECOND).await,
        By::Finger => browser.tap(SECOND).await,
        By::Key => {
            browser
                .tab_to("document.querySelectorAll('.issue-title')")
                .await;
            browser.key("Home").await;
            browser.key("ArrowDown").await;
            browser
                .until(&format!(
                    "return [...{SECOND}].includes(document.activeElement)"
                ))
                .await;
            browser.key("Enter").await;
        }
    }
}

/// Returns the title of the second row.
async fn second(browser: &Browser) -> String {
    browser
        .until(&format!("return {SECOND}.length === 1"))
        .await;
    let title = browser.run(&format!("return {SECOND}[0].innerText")).await;
    title.as_str().expect("a title").to_owned()
}

/// Waits for the page of the issue alone, which has the focus.
async fn is_alone(browser: &Browser, title: &str) {
    browser.heading(title).await;
    browser
        .until("return !document.querySelector('.issue-table') && document.activeElement.id === 'heading'")
        .await;
}

/// Waits for the list, with the focus on the row of the issue.
async fn is_listed(browser: &Browser, title: &str) {
    let script = format!(
        "return document.activeElement.closest('.row')?.querySelector('.issue-title').innerText === {}",
        json!(title)
    );
    browser.until(&script).await;
}

#[tokio::test]
async fn an_issue_opens_by_click_tap_and_key_in_every_narrow_window() {
    let (Visit { bed: _bed, browser }, _) = at_issues().await;
    for width in NARROW {
        browser.width(width).await;
        for by in [By::Pointer, By::Finger, By::Key] {
            let title = second(&browser).await;
            open(&browser, by).await;
            is_alone(&browser, &title).await;
            browser.go_in_history(-1).await;
            is_listed(&browser, &title).await;
            let errors = browser.take_errors().await;
            assert!(errors.is_empty(), "{width} {by:?}: {errors:#?}");
        }
    }
    browser.close().await;
}

#[tokio::test]
async fn a_window_that_becomes_narrow_and_wide_keeps_the_open_issue() {
    let (Visit { bed: _bed, browser }, _) = at_issues().await;
    let title = second(&browser).await;
    // With the focus in the list, in the panel, and nowhere; with the pointer on a row.
    for focus in [
        "document.querySelector('[aria-rowindex=\"3\"] .issue-title').focus()",
        "document.querySelector('#issue-title').focus()",
        "document.activeElement.blur()",
    ] {
        browser.click_at(SECOND).await;
        browser
            .until("return !!document.querySelector('#issue-title')")
            .await;
        browser.run(focus).await;
        for width in NARROW {
            browser.width(width).await;
            browser.heading(&title).await;
            browser
                .until("return !document.querySelector('.issue-table')")
                .await;
            browser.width(DESKTOP).await;
            browser
                .until("return document.querySelector('.panel')?.innerText.includes('Snyk ID') === true")
                .await;
        }
        let errors = browser.take_errors().await;
        assert!(errors.is_empty(), "{focus}: {errors:#?}");
    }
    // The list is interactive: it responds to keys.
    browser
        .run("document.querySelector('.issue-title').focus()")
        .await;
    browser.key("End").await;
    browser
        .until("return document.activeElement.closest('.row')?.getAttribute('aria-rowindex') === '232'")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn a_list_that_goes_while_it_is_pointed_at_and_has_the_focus_takes_nothing_with_it() {
    let (Visit { bed, browser }, paths) = at_issues().await;
    let page = format!("{}{}", bed.app.url, paths.page);
    for leave in [
        ".toggle[title=\"Critical\"]",
        ".nav a",
        ".brand",
        ".crumbs a",
    ] {
        browser
            .point_at("document.querySelectorAll('.issue-title')")
            .await;
        browser
            .run("document.querySelector('.issue-title').focus()")
            .await;
        browser
            .run(&format!("document.querySelector('{leave}').click()"))
            .await;
        browser
            .until(&format!("return location.href !== '{page}'"))
            .await;
        browser
            .until("return document.querySelector('h1') !== null")
            .await;
        let errors = browser.take_errors().await;
        assert!(errors.is_empty(), "{leave}: {errors:#?}");
        browser.go(&page).await;
        shows(&browser, ALL_READ).await;
    }
    browser.close().await;
}

#[tokio::test]
async fn back_leads_to_where_the_list_was_left_a_moment_after_it_was_scrolled() {
    let (Visit { bed: _bed, browser }, _) = at_issues().await;
    browser.width(NARROW[0]).await;
    browser.run("scrollTo(0, 1500)").await;
    browser
        .until("return scrollY === 1500 && !!document.elementFromPoint(200, 400).closest('.row')")
        .await;
    browser
        .run_async("requestAnimationFrame(() => requestAnimationFrame(() => done(0)))")
        .await;
    // There is no frame between the two, so no event has reported the scroll position yet.
    let leave = "scrollTo(0, 1540); [...document.querySelectorAll('.issue-title')]\
        .find(it => it.getBoundingClientRect().top > 200).click()";
    browser.run(leave).await;
    browser
        .until("return scrollY === 0 && !!document.querySelector('.issue-page')")
        .await;
    browser.go_in_history(-1).await;
    let is_there = "return scrollY === 1540 && !!document.activeElement.closest('.row')";
    browser.until(is_there).await;
    browser.run_async("setTimeout(() => done(0), 1500)").await;
    assert_eq!(browser.run(is_there).await, json!(true), "it stays there");
    browser.close().await;
}
