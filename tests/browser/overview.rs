//! The overview: the worst issues as far as they are read, and what it says about the rest.

use serde_json::json;

use crate::{
    data::{hides, on_projects, org, rows, shows},
    visit::views::every_view,
    visit::{SIGNED_IN, Visit},
};

/// The totals of the sandbox's six organizations.
const VERDICT: &str = "37 critical issues in 19 projects";

#[tokio::test]
async fn an_overview_adds_up_what_every_organization_has() {
    let Visit { bed: _bed, browser } = Visit::at_overview().await;
    browser.heading(VERDICT).await;
    for words in [
        "6 organizations, 5,724 projects. 180 projects have no issue counts: Snyk has not tested them yet. Updated",
        "Meridian Payments",
        "Legacy estate, read only",
        "No projects",
        "All 1,204 projects in Meridian Platform",
    ] {
        shows(&browser, words).await;
    }
    hides(&browser, "so far").await;
    hides(&browser, "Still loading").await;
    assert_eq!(rows(&browser).await, 9, "the worst projects");
    every_view(&browser, "overview").await;
    browser.close().await;
}

#[tokio::test]
async fn what_is_read_stands_while_the_rest_is_read_and_nothing_is_read_twice() {
    let Visit { bed, browser } = Visit::at_consent().await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "rest", "path": "/rest/orgs/" },
            "fault": { "kind": "delay", "ms": 250 } }))
        .await;
    browser.press("Allow").await;
    browser.until(SIGNED_IN).await;
    browser.heading("so far").await;
    shows(&browser, "totals will go up").await;
    // One organization is complete; all of them together are not.
    shows(&browser, "24 projects").await;
    let both = "const text = document.body.innerText; \
        return text.includes('so far') && text.includes('Updated just now')";
    assert_eq!(browser.run(both).await, false);
    browser
        .until(
            "return !!document.querySelector('[role=progressbar][aria-valuetext$=\" projects\"]')",
        )
        .await;
    assert!(rows(&browser).await > 0, "no rows before the last page");
    every_view(&browser, "overview-reading").await;

    let payments = org(&browser, "Meridian Payments").await;
    // To the projects and back while reading continues.
    browser.press("Projects").await;
    browser.heading("Projects in Meridian Platform").await;
    browser.press("Overview").await;
    bed.sandbox.heal().await;
    browser.heading(VERDICT).await;
    let seen = bed
        .sandbox
        .seen(&format!("/rest/orgs/{payments}/projects"))
        .await;
    assert_eq!(seen, 42, "its number, and 41 pages of 4,012 projects");
    browser.close().await;
}

#[tokio::test]
async fn reading_again_is_not_told_as_a_first_reading() {
    let Visit { bed, browser } = Visit::at_overview().await;
    browser.heading(VERDICT).await;
    hides(&browser, "Still loading").await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "rest", "path": "/rest/orgs/" },
            "fault": { "kind": "delay", "ms": 250 } }))
        .await;
    browser.press("Refresh").await;
    shows(&browser, "You can keep using what has loaded.").await;
    browser.heading(VERDICT).await;
    for words in ["so far", "will go up"] {
        hides(&browser, words).await;
    }
    bed.sandbox.heal().await;
    hides(&browser, "keep using what has loaded").await;
    browser.heading(VERDICT).await;
    browser.close().await;
}

#[tokio::test]
async fn one_organization_that_fails_says_so_and_the_rest_stands() {
    let Visit { bed, browser } = Visit::at_overview().await;
    browser.heading(VERDICT).await;
    let legacy = org(&browser, "Équipe données, Montréal").await;
    bed.sandbox
        .fault(on_projects(
            &legacy,
            &json!({ "kind": "status", "status": 503, "headers": { "snyk-request-id": "0f5a7c1e" } }),
        ))
        .await;
    browser.driver.refresh().await.unwrap();
    browser
        .heading("in the 5 organizations that could be loaded")
        .await;
    for words in ["Could not be loaded", "Snyk is not answering", "0f5a7c1e"] {
        shows(&browser, words).await;
    }
    every_view(&browser, "overview-failed").await;
    bed.sandbox.heal().await;
    browser.press("Try again").await;
    browser.heading(VERDICT).await;
    hides(&browser, "Could not be loaded").await;
    // The button is gone; the focus is on its organization.
    let back = format!("return document.activeElement.id === 'org-{legacy}'");
    browser.until(&back).await;
    browser.close().await;
}

#[tokio::test]
async fn asked_to_slow_down_it_counts_and_goes_on_by_itself() {
    let Visit { bed, browser } = Visit::at_consent().await;
    bed.sandbox
        .fault(
            json!({ "on": { "endpoint": "rest", "path": "/rest/orgs/" }, "skip": 12, "times": 1,
            "fault": { "kind": "status", "status": 429, "headers": { "retry-after": "6" } } }),
        )
        .await;
    browser.press("Allow").await;
    browser.until(SIGNED_IN).await;
    shows(&browser, "Snyk’s rate limit was reached").await;
    shows(&browser, "Resuming in").await;
    browser.picture("overview-slowed").await;
    browser.heading(VERDICT).await;
    hides(&browser, "rate limit").await;
    browser.close().await;
}

#[tokio::test]
async fn an_organization_without_projects_is_told_and_not_drawn() {
    let Visit { bed: _bed, browser } = Visit::at_consent().await;
    browser
        .run(
            "[...document.querySelectorAll('label')]\
            .find(label => label.innerText.includes('Research')).click()",
        )
        .await;
    browser.press("Allow").await;
    browser.heading("No projects yet").await;
    shows(&browser, "someone imports a repository").await;
    let tables = browser
        .run("return document.querySelectorAll('main table').length")
        .await;
    assert_eq!(tables, json!(0));
    every_view(&browser, "overview-empty").await;
    browser.press("Projects").await;
    browser.heading("Projects in Research").await;
    shows(&browser, "No projects in Research yet").await;
    browser.close().await;
}

#[tokio::test]
async fn a_connection_that_stopped_working_is_told_and_what_was_read_stays() {
    let Visit { bed, browser } = Visit::at_overview().await;
    browser.heading(VERDICT).await;
    bed.sandbox.expire_access_tokens().await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" },
            "fault": { "kind": "status", "status": 400, "body": { "error": "invalid_grant" } } }))
        .await;
    browser.press("Refresh").await;
    shows(&browser, "This connection has stopped working").await;
    shows(&browser, "Meridian Payments").await;
    shows(&browser, "Reconnect").await;
    every_view(&browser, "overview-stopped").await;
    // The message is announced once.
    browser.press("Projects").await;
    browser.heading("Projects in Meridian Platform").await;
    shows(&browser, "1,204 projects").await;
    hides(&browser, "Try again").await;
    let notices = browser
        .run("return document.querySelectorAll('.notice').length")
        .await;
    assert_eq!(notices, json!(1));
    browser.press("Overview").await;
    browser.heading(VERDICT).await;

    // After a reload nothing is cached, and the page makes no claim about unreadable data.
    browser.driver.refresh().await.unwrap();
    browser.heading("Nothing can be loaded").await;
    shows(&browser, "This connection has stopped working").await;
    shows(&browser, "6 organizations.").await;
    for words in ["imports a repository", "No projects", "0 ", "open issues"] {
        hides(&browser, words).await;
    }
    every_view(&browser, "overview-stopped-empty").await;
    browser.close().await;
}

#[tokio::test]
async fn a_permission_that_is_lacking_is_named_and_can_be_asked_for() {
    let Visit { bed, browser } = Visit::at_consent().await;
    bed.sandbox.set(json!({ "grant_scopes": "org.read" })).await;
    browser.press("Allow").await;
    browser.heading("Nothing could be loaded").await;
    shows(&browser, "Snyk didn’t allow Fathom to see this").await;
    // Unreadable is not the same as none.
    shows(&browser, "No project could be loaded.").await;
    hides(&browser, "No project has open issues").await;
    let figures = browser
        .run("return [...document.querySelectorAll('.gauge-figure')].map(cell => cell.innerText).join('')")
        .await;
    assert_eq!(figures, json!(""));
    browser.press("Ask again").await;
    browser.heading("asks to read").await;
    browser.close().await;
}
