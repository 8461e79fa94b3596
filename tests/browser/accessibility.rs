//! No page, in no state that can be reached, breaks a rule of axe-core: light and dark, as wide as a
//! laptop and as a telephone. Axe finds what a machine can find; the rest is in the other tests.

use serde_json::json;
use tests::{
    Bed,
    browser::{Browser, Colours, DESKTOP, PHONE},
    npm,
};

use crate::{
    data::{on_projects, org, projects_of, shows},
    issues::at_issues,
    visit::{HAS_ORGANIZATIONS, Visit, to_consent},
};

/// Axe with what it leaves out by default, as far as we hold ourselves to it.
const AXE: &str = "axe.run(document, { resultTypes: ['violations'], \
        rules: { 'target-size': { enabled: true } } }) \
    .then(({ violations }) => done(violations.flatMap(({ id, impact, help, nodes }) => \
        nodes.map(({ target, failureSummary }) => \
            `${id} (${impact}): ${help}: ${target.join(' ')}: ${failureSummary}`))), \
        error => done([String(error)]))";

/// Looks at pages, and remembers what is wrong with each.
struct Audit {
    axe: String,
    found: Vec<String>,
}

impl Audit {
    fn new() -> Self {
        let axe = std::fs::read_to_string(npm::file("axe-core/axe.min.js"));
        Self {
            axe: axe.expect("axe is installed"),
            found: Vec::new(),
        }
    }

    /// Looks at the page as it stands, which is `name`.
    async fn look(&mut self, browser: &Browser, name: &str) {
        // A script of the driver runs beside the page's own, and is not held to its policy.
        browser.run(&self.axe).await;
        for width in [DESKTOP, PHONE] {
            browser.width(width).await;
            for colours in [Colours::Light, Colours::Dark] {
                browser.colours(colours).await;
                let name = format!("{name}, {}, {width}", colours.name());
                browser.picture(&format!("axe {name}")).await;
                let found = browser.run_async(AXE).await;
                for found in found.as_array().expect("an array") {
                    self.found
                        .push(format!("{name}: {}", found.as_str().expect("text")));
                }
            }
        }
        browser.width(DESKTOP).await;
    }

    fn finish(self) {
        assert!(
            self.found.is_empty(),
            "{} found:\n{}",
            self.found.len(),
            self.found.join("\n")
        );
    }
}

#[tokio::test]
async fn the_way_to_a_connection() {
    let Visit { bed, browser } = Visit::start().await;
    let mut audit = Audit::new();
    browser.go(&bed.app.url).await;
    browser.heading("See which issues matter").await;
    audit.look(&browser, "welcome").await;

    to_consent(&bed, &browser).await;
    audit.look(&browser, "consent").await;
    browser
        .go(&format!("{}/oauth2/authorize?client_id=x", bed.sandbox.url))
        .await;
    audit.look(&browser, "the sandbox’s trouble").await;

    browser.go(&format!("{}/no/such/page", bed.app.url)).await;
    browser.heading("There is nothing at this address").await;
    audit.look(&browser, "not found").await;
    browser.close().await;
    audit.finish();
}

#[tokio::test]
async fn ways_that_lead_nowhere() {
    let Visit { mut bed, browser } = Visit::start().await;
    let mut audit = Audit::new();
    to_consent(&bed, &browser).await;
    browser.press("Refuse").await;
    browser.heading("You did not allow access").await;
    audit.look(&browser, "refused by the person").await;

    to_consent(&bed, &browser).await;
    let state = browser.attempt().await.state;
    let callback = format!("{}/callback?state={state}&error=", bed.app.url);
    browser
        .go(&format!(
            "{callback}server_error&error_description=Out+of+order"
        ))
        .await;
    browser.heading("Snyk ended the sign-in").await;
    audit.look(&browser, "refused by the provider").await;

    browser
        .go(&format!(
            "{}/callback?code=x&state={}",
            bed.app.url,
            "A".repeat(43)
        ))
        .await;
    browser.heading("This sign-in began somewhere else").await;
    audit.look(&browser, "begun elsewhere").await;

    let oauth = |error: &str| json!({ "kind": "body", "status": 400, "consume": false, "json": { "error": error } });
    for (fault, heading) in [
        (
            oauth("invalid_grant"),
            "Snyk did not accept the one-time code",
        ),
        (oauth("invalid_client"), "This app is not set up correctly"),
        (
            json!({ "kind": "status", "status": 503 }),
            "Snyk is not answering",
        ),
    ] {
        bed.sandbox
            .fault(json!({ "on": { "endpoint": "token.code" }, "fault": fault }))
            .await;
        to_consent(&bed, &browser).await;
        browser.press("Allow").await;
        browser.heading(heading).await;
        audit.look(&browser, heading).await;
        bed.sandbox.heal().await;
    }

    to_consent(&bed, &browser).await;
    bed.app.start_again_at("+11m").await;
    browser.press("Allow").await;
    browser
        .heading("The sign-in took longer than ten minutes")
        .await;
    audit.look(&browser, "too late").await;
    browser.close().await;
    audit.finish();
}

#[tokio::test]
async fn a_connection_and_its_end() {
    let Visit { mut bed, browser } = Visit::connected().await;
    let mut audit = Audit::new();
    audit.look(&browser, "connection").await;
    browser
        .run("document.querySelector('[aria-label=\"This browser\"]').click()")
        .await;
    browser
        .until("return document.activeElement.innerText === 'Sign out'")
        .await;
    audit.look(&browser, "menu").await;
    browser.driver.refresh().await.unwrap();
    browser.until(HAS_ORGANIZATIONS).await;

    browser.press("Disconnect").await;
    browser
        .until("return document.querySelector('dialog').open")
        .await;
    audit.look(&browser, "disconnect?").await;
    browser.press("Keep it").await;

    bed.app.kill();
    browser.press("Refresh now").await;
    browser
        .until("return document.body.innerText.includes('You seem to be offline')")
        .await;
    audit.look(&browser, "offline").await;
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
    audit.look(&browser, "reconnect needed").await;
    bed.sandbox.heal().await;
    browser.close().await;
    audit.finish();
}

#[tokio::test]
async fn the_overview_and_the_projects() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let mut audit = Audit::new();
    browser.heading("37 critical issues in 19 projects").await;
    audit.look(&browser, "overview").await;
    browser
        .run("document.querySelector('.switcher-button').click()")
        .await;
    audit.look(&browser, "switcher").await;

    let projects = projects_of(&bed, &browser, "Meridian Platform").await;
    browser.go(&projects).await;
    shows(&browser, "1,204 projects, read").await;
    audit.look(&browser, "projects").await;
    browser
        .run("document.querySelector('[popovertarget=origin]').click()")
        .await;
    audit.look(&browser, "projects, origins").await;
    browser
        .go(&format!("{projects}?q=chekout&severity=critical"))
        .await;
    shows(&browser, "None of the 1,204 projects match").await;
    audit.look(&browser, "projects, nothing matches").await;

    let legacy = org(&browser, "Équipe données, Montréal").await;
    bed.sandbox
        .fault(on_projects(
            &legacy,
            &json!({ "kind": "status", "status": 403 }),
        ))
        .await;
    browser.go(&bed.app.url).await;
    browser
        .heading("in the 5 organizations that could be read")
        .await;
    audit.look(&browser, "overview, one failed").await;
    browser.close().await;
    audit.finish();
}

#[tokio::test]
async fn less_than_asked_and_gone() {
    let bed = Bed::with(&["--grant-scopes", "org.read", "--extra-orgs", "30"], &[]).await;
    let Visit { bed: _bed, browser } = Visit::of(bed).await.connect().await;
    let mut audit = Audit::new();
    audit.look(&browser, "less than asked").await;
    browser.press("Disconnect").await;
    browser
        .until("return document.querySelector('dialog').open")
        .await;
    let script = "[...document.querySelectorAll('dialog button')]\
        .find(button => button.innerText === 'Disconnect').click()";
    browser.run(script).await;
    browser.heading("Disconnected").await;
    audit.look(&browser, "disconnected").await;
    browser.close().await;
    audit.finish();
}

#[tokio::test]
async fn the_issues_of_a_project() {
    let (Visit { bed, browser }, paths) = at_issues().await;
    let mut audit = Audit::new();
    audit.look(&browser, "issues").await;
    browser
        .run("document.querySelector('.issue-title').click()")
        .await;
    shows(&browser, "Snyk id").await;
    audit.look(&browser, "an issue").await;
    browser.press("Kind").await;
    browser
        .until("return document.querySelector('#kind-filter').matches(':popover-open')")
        .await;
    audit.look(&browser, "kinds of issues").await;
    browser
        .go(&format!("{}{}?kind=cloud", bed.app.url, paths.page))
        .await;
    shows(&browser, "None of the 237 issues match").await;
    audit.look(&browser, "no such issues").await;
    let refused = json!({ "kind": "status", "status": 403 });
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "rest", "path": "/rest/orgs/" }, "fault": refused }))
        .await;
    browser.go(&format!("{}{}", bed.app.url, paths.page)).await;
    shows(&browser, "did not let Fathom see this").await;
    audit
        .look(&browser, "issues that are not ours to see")
        .await;
    browser.close().await;
    audit.finish();
}
