//! The issues of all projects: from a number to what it counts, by issue, by problem, by package,
//! and as files.

mod files;

use serde_json::{Value, json};
use tests::browser::Browser;
use thirtyfour::Key;

use crate::{
    data::{hides, org, press, press_key, shows},
    issues::stop,
    visit::{
        Visit,
        views::{every_view, every_view_of_phone},
    },
};

/// The overview's verdict about the sandbox's six organizations.
pub(crate) const VERDICT: &str = "37 critical issues in 19 projects";

/// A visit at the list of what the verdict counts, by a press on the verdict.
pub(crate) async fn at_critical() -> Visit {
    let visit = Visit::at_overview().await;
    visit.browser.heading(VERDICT).await;
    shows(&visit.browser, "Updated").await;
    hides(&visit.browser, "so far").await;
    visit
        .browser
        .run("document.querySelector('h1 a').click()")
        .await;
    listed(&visit.browser, 37).await;
    visit
}

/// Waits until the table has this number of rows, all of them loaded.
pub(crate) async fn listed(browser: &Browser, rows: u64) {
    // The column headers are a row too.
    let rows = rows + 1;
    browser
        .until(&format!(
            "return document.querySelector('.windowed')?.ariaRowCount === '{rows}' \
             && !document.querySelector('[aria-busy]')"
        ))
        .await;
}

/// Returns the text of each row in the document.
async fn rows(browser: &Browser) -> Vec<String> {
    let script = "return [...document.querySelectorAll('.issue-table tbody .row')]\
        .map(row => row.innerText.replaceAll('\\n', ' | '))";
    let rows = browser.run(script).await;
    serde_json::from_value(rows).unwrap_or_default()
}

/// Returns the sum of a column of figures over all rows, of which only those in sight are in the
/// document at a time.
async fn sum(browser: &Browser, column: u32) -> Value {
    let script = format!(
        "const figures = new Map(); \
         const look = () => {{ \
             for (const row of document.querySelectorAll('.group-table tbody .row')) {{ \
                 const figure = row.cells[{column}].firstChild.textContent.replaceAll(',', ''); \
                 figures.set(row.dataset.key, Number(figure)); \
             }} \
             const all = Number(document.querySelector('.group-table').ariaRowCount) - 1; \
             scrollBy(0, innerHeight / 2); \
             if (figures.size < all) requestAnimationFrame(look); \
             else {{ scrollTo(0, 0); done([...figures.values()].reduce((one, other) => one + other)); }} \
         }}; \
         look()"
    );
    browser.run_async(&script).await
}

#[tokio::test]
async fn a_number_opens_exactly_what_it_counts() {
    let Visit { bed, browser } = at_critical().await;
    browser.heading(VERDICT).await;
    let listed_rows = rows(&browser).await;
    assert!(
        listed_rows.iter().all(|row| row.contains("Critical")),
        "{listed_rows:?}"
    );
    // Snyk filters: nothing else was read.
    let requests = bed.sandbox.requests().await;
    let of_issues: Vec<_> = requests
        .iter()
        .filter(|request| {
            let path = request["path"].as_str().unwrap_or_default();
            path.ends_with("/issues")
        })
        .collect();
    assert_eq!(of_issues.len(), 6, "one page of each organization");
    for request in of_issues {
        let query = request.to_string();
        assert!(query.contains("critical"), "{query}");
    }
    every_view(&browser, "all-issues").await;

    // The three views add up to the same.
    browser.press("By problem").await;
    browser
        .until("return !!document.querySelector('.group-table')")
        .await;
    assert_eq!(sum(&browser, 3).await, 37);
    every_view(&browser, "all-issues-by-problem").await;
    browser.press("By package").await;
    browser
        .until("return document.querySelector('.group-table')?.ariaLabel === 'Packages'")
        .await;
    assert_eq!(sum(&browser, 3).await, 37);
    every_view(&browser, "all-issues-by-package").await;

    // Back leads through the views to the overview.
    browser.go_in_history(-1).await;
    browser
        .until("return document.querySelector('.group-table')?.ariaLabel === 'Problems'")
        .await;
    browser.go_in_history(-2).await;
    shows(&browser, "Open issues by severity").await;
    browser.close().await;
}

#[tokio::test]
async fn every_figure_of_the_overview_opens_as_many_issues() {
    let Visit { bed: _bed, browser } = Visit::at_overview().await;
    browser.heading(VERDICT).await;
    hides(&browser, "so far").await;
    for level in ["high", "medium", "low"] {
        let figure = browser
            .run(&format!(
                "const link = document.querySelector('.gauge-figure a[href$=\"severity={level}\"]'); \
                 const figure = link.firstChild.textContent.replaceAll(',', ''); link.click(); \
                 return Number(figure)"
            ))
            .await;
        let figure = figure.as_u64().expect("a figure");
        assert!(figure > 37, "{level}: {figure}");
        listed(&browser, figure).await;
        browser.press("Overview").await;
        browser.heading(VERDICT).await;
    }
    // A figure of one organization.
    let payments = org(&browser, "Meridian Payments").await;
    let figure = browser
        .run(&format!(
            "const link = document.querySelector('.organizations a[href$=\"severity=critical&org={payments}\"]'); \
             const figure = Number(link.firstChild.textContent); link.click(); return figure"
        ))
        .await;
    listed(&browser, figure.as_u64().expect("a figure")).await;
    shows(&browser, "in Meridian Payments").await;
    browser.close().await;
}

#[tokio::test]
async fn a_group_leads_to_its_issues_and_an_issue_to_its_project() {
    let Visit { bed, browser } = at_critical().await;
    browser.press("By package").await;
    browser
        .until("return document.querySelector('.group-table')?.ariaLabel === 'Packages'")
        .await;
    let first = browser
        .run(
            "const row = document.querySelector('.group-table tbody .row'); \
             return [row.querySelector('.issue-title').innerText, Number(row.cells[3].firstChild.textContent)]",
        )
        .await;
    let (package, issues) = (first[0].clone(), first[1].as_u64().expect("a number"));
    // By keyboard: to the first row, and into its issues.
    browser
        .run("document.querySelector('.group-table .issue-title').focus()")
        .await;
    press_key(&browser, Key::Enter).await;
    listed(&browser, issues).await;
    shows(&browser, package.as_str().expect("a name")).await;
    // The link that was pressed is gone; the focus is not.
    browser
        .until("return document.activeElement.id === 'heading'")
        .await;

    // The whole of an issue is read when it is opened: the list keeps no long texts.
    let description = "This one is described";
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "rest", "path": "/rest/orgs/*/issues/" },
            "fault": { "kind": "patch", "json": { "data": { "attributes": { "description": description } } } } }))
        .await;
    browser
        .run("document.querySelector('.issue-table .issue-title').focus()")
        .await;
    press_key(&browser, Key::Enter).await;
    shows(&browser, description).await;
    every_view(&browser, "all-issues-open").await;
    browser
        .until("return document.querySelector('.issue-project a')?.innerText.includes('meridian')")
        .await;
    let seen = bed.sandbox.requests().await;
    let whole = seen.iter().filter(|request| {
        let path = request["path"].as_str().unwrap_or_default();
        path.contains("/issues/")
    });
    assert_eq!(whole.count(), 1);
    browser
        .run("document.querySelector('.issue-project a').click()")
        .await;
    browser
        .until("return location.pathname.includes('/projects/') && !!document.querySelector('.issue-table .row')")
        .await;
    browser.go_in_history(-1).await;
    listed(&browser, issues).await;
    browser.close().await;
}

#[tokio::test]
async fn an_answer_that_comes_late_does_not_replace_that_about_another_issue() {
    let Visit { bed, browser } = at_critical().await;
    let open = |row: u32| {
        format!(
            "const link = document.querySelectorAll('.issue-table .issue-title')[{row}]; \
             link.click(); return new URL(link.href).searchParams.get('issue')"
        )
    };
    let first = browser.run(&open(0).replace("link.click();", "")).await;
    let first = first.as_str().expect("an id").to_owned();
    let description = "This one is described";
    bed.sandbox
        .fault(
            json!({ "on": { "endpoint": "rest", "path": format!("/rest/orgs/*/issues/{first}") },
            "fault": { "kind": "delay", "ms": 1_500 } }),
        )
        .await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "rest", "path": "/rest/orgs/*/issues/" },
            "fault": { "kind": "patch", "json": { "data": { "attributes": { "description": description } } } } }))
        .await;
    browser.run(&open(0)).await;
    browser.run(&open(1)).await;
    shows(&browser, description).await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    shows(&browser, description).await;
    let seen = bed.sandbox.requests().await;
    let slow = seen.iter().any(|request| {
        let path = request["path"].as_str().unwrap_or_default();
        path.ends_with(&first)
    });
    assert!(slow, "the first answer was never asked for");
    browser.close().await;
}

#[tokio::test]
async fn a_row_keeps_the_focus_while_issues_arrive() {
    let Visit { bed, browser } = Visit::at_overview().await;
    browser.heading(VERDICT).await;
    hides(&browser, "so far").await;
    bed.sandbox
        .fault(
            json!({ "on": { "endpoint": "rest", "path": "/rest/orgs/*/issues" },
            "fault": { "kind": "delay", "ms": 400 } }),
        )
        .await;
    browser
        .run("document.querySelector('.gauge-figure a[href$=\"severity=high\"]').click()")
        .await;
    browser
        .until("return document.querySelectorAll('.issue-table .row:not(.skeleton)').length > 3")
        .await;
    browser
        .run(
            "window.row = document.querySelectorAll('.issue-table .issue-title')[2]; \
             window.row.focus()",
        )
        .await;
    let is_loading = browser
        .run("return document.querySelector('h1').innerText.includes('so far')")
        .await;
    assert_eq!(is_loading, true, "everything was here before the focus");
    hides(&browser, "so far").await;
    let has_stayed = browser
        .run("return window.row.isConnected && document.activeElement === window.row")
        .await;
    assert_eq!(has_stayed, true);
    browser.close().await;
}

#[tokio::test]
async fn filters_are_in_the_address_and_a_search_leads_to_the_first_row() {
    let Visit { bed: _bed, browser } = at_critical().await;
    browser
        .run("document.querySelector('input[type=search]').focus()")
        .await;
    press(&browser, "CVE").await;
    browser
        .until("return location.search.includes('q=CVE')")
        .await;
    press_key(&browser, Key::Down).await;
    browser
        .until("return !!document.activeElement.closest('.issue-table .row')")
        .await;
    let query = browser.run("return location.search").await;
    // A link to the same shows the same, in another tab.
    let address = browser.address().await;
    let shown = rows(&browser).await;
    browser.go("about:blank").await;
    browser.go(&address).await;
    browser
        .until("return document.querySelectorAll('.issue-table .row:not(.skeleton)').length > 0")
        .await;
    shows(&browser, "Updated").await;
    assert_eq!(rows(&browser).await.len(), shown.len());
    assert_eq!(browser.run("return location.search").await, query);

    // It leads to a group as well.
    browser.press("By package").await;
    browser
        .until("return document.querySelector('.group-table')?.ariaLabel === 'Packages'")
        .await;
    browser
        .run("document.querySelector('input[type=search]').focus()")
        .await;
    press_key(&browser, Key::Down).await;
    browser
        .until("return document.activeElement.closest('.group-table .row')?.ariaRowIndex === '2'")
        .await;

    // What matches nothing says so, and how to see everything again.
    browser
        .go(&format!("{address}&package=nothing+1.0.0"))
        .await;
    shows(&browser, "None of the 37 issues match").await;
    every_view(&browser, "all-issues-nothing").await;
    browser.press("Clear filters").await;
    browser.until("return location.search === ''").await;
    shows(&browser, "open issues").await;
    browser.close().await;
}

#[tokio::test]
async fn issues_of_an_organization_that_fails_are_missed_and_loaded_later() {
    let Visit { bed, browser } = Visit::at_overview().await;
    browser.heading(VERDICT).await;
    let payments = org(&browser, "Meridian Payments").await;
    bed.sandbox
        .fault(
            json!({ "on": { "endpoint": "rest", "path": format!("/rest/orgs/{payments}/issues") },
            "fault": { "kind": "status", "status": 500 } }),
        )
        .await;
    browser.run("document.querySelector('h1 a').click()").await;
    shows(&browser, "Issues of Meridian Payments could not be loaded").await;
    shows(&browser, "not all of which could be loaded").await;
    assert!(!rows(&browser).await.is_empty(), "the others are here");
    every_view(&browser, "all-issues-partly").await;
    bed.sandbox.heal().await;
    browser.press("Try again").await;
    listed(&browser, 37).await;
    browser.close().await;
}

#[tokio::test]
async fn of_a_connection_that_stopped_nothing_is_claimed() {
    let Visit { bed, browser } = at_critical().await;
    let address = browser.address().await;
    stop(&bed).await;
    // The first visit learns of it, and the second one requests nothing any more.
    for _ in 0..2 {
        browser.go(&address).await;
        shows(&browser, "This connection has stopped working").await;
        browser.heading("No issues could be loaded").await;
        hides(&browser, "No critical issues").await;
        hides(&browser, "Snyk found none").await;
    }
    every_view(&browser, "all-issues-stopped").await;
    browser.close().await;
}

#[tokio::test]
async fn on_a_telephone_an_issue_is_a_page_of_its_own() {
    let Visit { bed: _bed, browser } = at_critical().await;
    browser.width(tests::browser::PHONE).await;
    browser
        .run("document.querySelector('.issue-table .issue-title').click()")
        .await;
    shows(&browser, "Next issue").await;
    every_view_of_phone(&browser, "all-issues-page").await;
    browser.press("All issues").await;
    listed(&browser, 37).await;
    browser.close().await;
}
