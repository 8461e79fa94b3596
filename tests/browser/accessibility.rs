//! Checks axe-core's rules in every reachable state of a page that no other test checks in every
//! view.

use serde_json::json;
use tests::Bed;

use crate::{
    data::{on_projects, org, projects_of, shows},
    issues::at_issues,
    visit::views::every_view,
    visit::{HAS_ORGANIZATIONS, Visit, to_consent},
};

#[tokio::test]
async fn the_way_to_a_connection() {
    let Visit { bed, browser } = Visit::start().await;
    browser.go(&bed.app.url).await;
    browser.heading("See which issues matter").await;
    every_view(&browser, "welcome").await;

    to_consent(&bed, &browser).await;
    every_view(&browser, "consent").await;
    browser
        .go(&format!("{}/oauth2/authorize?client_id=x", bed.sandbox.url))
        .await;
    every_view(&browser, "sandbox-trouble").await;

    browser.go(&format!("{}/no/such/page", bed.app.url)).await;
    browser.heading("Page not found").await;
    every_view(&browser, "not-found").await;
    browser.close().await;
}

#[tokio::test]
async fn ways_that_lead_nowhere() {
    let Visit { mut bed, browser } = Visit::start().await;
    to_consent(&bed, &browser).await;
    browser.press("Refuse").await;
    browser.heading("You did not allow access").await;
    every_view(&browser, "callback-refused").await;

    to_consent(&bed, &browser).await;
    let state = browser.attempt().await.state;
    let callback = format!("{}/callback?state={state}&error=", bed.app.url);
    browser
        .go(&format!(
            "{callback}server_error&error_description=Out+of+order"
        ))
        .await;
    browser.heading("Sign-in failed at Snyk").await;
    every_view(&browser, "callback-ended").await;

    browser
        .go(&format!(
            "{}/callback?code=x&state={}",
            bed.app.url,
            "A".repeat(43)
        ))
        .await;
    browser
        .heading("We couldn’t match this sign-in to this browser")
        .await;
    every_view(&browser, "callback-elsewhere").await;

    let oauth = |error: &str| json!({ "kind": "body", "status": 400, "consume": false, "json": { "error": error } });
    for (fault, heading, name) in [
        (
            oauth("invalid_grant"),
            "Snyk did not accept the one-time code",
            "callback-code",
        ),
        (
            oauth("invalid_client"),
            "This app is not set up correctly",
            "callback-client",
        ),
        (
            json!({ "kind": "status", "status": 503 }),
            "Snyk is not answering",
            "callback-away",
        ),
    ] {
        bed.sandbox
            .fault(json!({ "on": { "endpoint": "token.code" }, "fault": fault }))
            .await;
        to_consent(&bed, &browser).await;
        browser.press("Allow").await;
        browser.heading(heading).await;
        every_view(&browser, name).await;
        bed.sandbox.heal().await;
    }

    to_consent(&bed, &browser).await;
    bed.app.start_again_at("+11m").await;
    browser.press("Allow").await;
    browser
        .heading("The sign-in took longer than ten minutes")
        .await;
    every_view(&browser, "callback-late").await;
    browser.close().await;
}

#[tokio::test]
async fn a_connection_and_its_end() {
    let Visit { mut bed, browser } = Visit::connected().await;
    every_view(&browser, "connection").await;
    browser
        .run("document.querySelector('[aria-label=\"This browser\"]').click()")
        .await;
    browser
        .until("return document.activeElement.innerText === 'Where you are signed in'")
        .await;
    every_view(&browser, "menu").await;
    browser.driver.refresh().await.unwrap();
    browser.until(HAS_ORGANIZATIONS).await;

    browser.press("Disconnect").await;
    browser
        .until("return document.querySelector('dialog').open")
        .await;
    every_view(&browser, "disconnect").await;
    browser.press("Cancel").await;

    bed.app.kill();
    browser.press("Refresh now").await;
    browser
        .until("return document.body.innerText.includes('You seem to be offline')")
        .await;
    every_view(&browser, "offline").await;
    bed.app.start_again(&[]).await;

    let dead = json!({ "kind": "body", "status": 400, "consume": false,
        "json": { "error": "invalid_grant" } });
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" }, "fault": dead }))
        .await;
    browser.press("Refresh now").await;
    browser
        .until("return document.body.innerText.includes('Reconnect')")
        .await;
    every_view(&browser, "reconnect").await;
    bed.sandbox.heal().await;
    browser.close().await;
}

#[tokio::test]
async fn less_than_asked_and_gone() {
    let bed = Bed::with(&["--grant-scopes", "org.read", "--extra-orgs", "30"], &[]).await;
    let Visit { bed: _bed, browser } = Visit::of(bed).await.connect().await;
    every_view(&browser, "less-than-asked").await;
    browser.press("Disconnect").await;
    browser
        .until("return document.querySelector('dialog').open")
        .await;
    let script = "[...document.querySelectorAll('dialog button')]\
        .find(button => button.innerText === 'Disconnect').click()";
    browser.run(script).await;
    browser.heading("is disconnected").await;
    every_view(&browser, "disconnected").await;
    browser.close().await;
}

#[tokio::test]
async fn the_overview_and_the_projects() {
    let Visit { bed, browser } = Visit::at_overview().await;
    browser.heading("37 critical issues in 19 projects").await;
    every_view(&browser, "overview").await;
    browser
        .run("document.querySelector('.switcher-button').click()")
        .await;
    every_view(&browser, "switcher").await;

    let projects = projects_of(&bed, &browser, "Meridian Platform").await;
    browser.go(&projects).await;
    shows(&browser, "1,204 projects, updated").await;
    every_view(&browser, "projects").await;
    browser
        .run("document.querySelector('[popovertarget=origin]').click()")
        .await;
    every_view(&browser, "projects-origins").await;
    browser
        .go(&format!("{projects}?q=chekout&severity=critical"))
        .await;
    shows(&browser, "No projects match “chekout”").await;
    every_view(&browser, "projects-nothing-matches").await;

    let legacy = org(&browser, "Équipe données, Montréal").await;
    bed.sandbox
        .fault(on_projects(
            &legacy,
            &json!({ "kind": "status", "status": 403 }),
        ))
        .await;
    browser.go(&bed.app.url).await;
    browser
        .heading("in the 5 organizations that could be loaded")
        .await;
    every_view(&browser, "overview-one-failed").await;
    browser.close().await;
}

#[tokio::test]
async fn the_issues_of_a_project() {
    let (Visit { bed, browser }, paths) = at_issues().await;
    every_view(&browser, "issues").await;
    browser
        .run("document.querySelector('.issue-title').click()")
        .await;
    shows(&browser, "Snyk ID").await;
    every_view(&browser, "an-issue").await;
    browser.press("Type").await;
    browser
        .until("return document.querySelector('#kind-filter').matches(':popover-open')")
        .await;
    every_view(&browser, "kinds-of-issues").await;
    browser
        .go(&format!("{}{}?kind=cloud", bed.app.url, paths.page))
        .await;
    shows(&browser, "None of the 237 issues match").await;
    every_view(&browser, "no-such-issues").await;
    let refused = json!({ "kind": "status", "status": 403 });
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "rest", "path": "/rest/orgs/" }, "fault": refused }))
        .await;
    browser.go(&format!("{}{}", bed.app.url, paths.page)).await;
    shows(&browser, "didn’t allow Fathom to see this").await;
    every_view(&browser, "issues-that-are-not-ours-to-see").await;
    browser.close().await;
}
