//! Failures of Snyk's API: for each, the page shows a sentence that says what to do.

use serde_json::json;

use crate::{
    data::{hides, on_projects, org, projects_of, shows},
    visit::Visit,
};

#[tokio::test]
async fn every_bad_day_has_a_sentence_of_its_own() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let legacy = "Legacy estate, read only, owner unknown since 2021";
    let (id, address) = (
        org(&browser, legacy).await,
        projects_of(&bed, &browser, legacy).await,
    );
    let status = |status: u16| json!({ "kind": "status", "status": status });
    let away = "Snyk is not answering";
    for (fault, words) in [
        // Twice, because the first one triggers a refresh.
        (status(401), "This connection has stopped working"),
        (
            status(403),
            "Missing permission: see projects, their settings and targets",
        ),
        (
            status(404),
            "This organization doesn’t exist, or this connection can’t see it",
        ),
        (status(410), "Snyk no longer offers this part of its API"),
        (
            json!({ "kind": "status", "status": 429, "headers": { "retry-after": "3600" } }),
            "Try again in 1 h.",
        ),
        (
            json!({ "kind": "status", "status": 429, "headers": { "retry-after": "40" } }),
            "Resuming in 3",
        ),
        // Without `Retry-After` from Snyk: a default delay.
        (status(429), "Resuming in 2"),
        (
            json!({ "kind": "status", "status": 429, "code": "SNYK-0006" }),
            "The organization’s test limit at Snyk is used up",
        ),
        (status(500), away),
        (status(503), away),
        (
            json!({ "kind": "status", "status": 503, "code": "SNYK-0099" }),
            "Snyk is under maintenance",
        ),
        (json!({ "kind": "html", "status": 200 }), away),
        (json!({ "kind": "truncated" }), away),
        (json!({ "kind": "large" }), "Something broke on our side"),
        (
            json!({ "kind": "malformed" }),
            "Something broke on our side",
        ),
    ] {
        bed.sandbox.fault(on_projects(&id, &fault)).await;
        browser.go(&address).await;
        browser.heading("Projects in").await;
        shows(&browser, words).await;
        bed.sandbox.heal().await;
        // No failure is permanent.
        browser.go(&address).await;
        shows(&browser, "24 projects, updated").await;
    }
    browser.close().await;
}

#[tokio::test]
async fn what_failed_is_tried_again_by_itself_and_by_hand_and_the_focus_is_not_lost() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let legacy = "Legacy estate, read only, owner unknown since 2021";
    let (id, address) = (
        org(&browser, legacy).await,
        projects_of(&bed, &browser, legacy).await,
    );
    let away = on_projects(&id, &json!({ "kind": "status", "status": 503 }));
    bed.sandbox.fault(away.clone()).await;
    browser.go(&address).await;
    shows(&browser, "Fathom tries again automatically").await;
    browser
        .until(
            "return document.querySelector('.hidden[role=status]').innerText\
            === 'Projects could not be loaded. Snyk is not answering'",
        )
        .await;
    bed.sandbox.heal().await;
    browser.run("dispatchEvent(new Event('online'))").await;
    shows(&browser, "24 projects, updated").await;

    bed.sandbox.fault(away).await;
    browser.press("Refresh").await;
    browser
        .until("return document.activeElement.innerText === 'Loading'")
        .await;
    shows(&browser, "The projects could not be refreshed").await;
    browser
        .until("return document.activeElement.innerText === 'Refresh'")
        .await;
    bed.sandbox.heal().await;
    browser.press("Try again").await;
    hides(&browser, "could not be loaded").await;
    browser
        .until("return document.activeElement.id === 'heading'")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn an_organization_that_is_gone_is_told_as_one() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let name = "Meridian Platform";
    let (id, address) = (
        org(&browser, name).await,
        projects_of(&bed, &browser, name).await,
    );
    let gone = address.replace(&id, "00000000-0000-4000-8000-000000000000");
    browser.go(&gone).await;
    browser
        .heading("This organization doesn’t exist, or this connection can’t see it")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn a_list_that_goes_round_ends_and_says_what_it_has() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let name = "Meridian Platform";
    let (id, address) = (
        org(&browser, name).await,
        projects_of(&bed, &browser, name).await,
    );
    // The second page links to itself.
    bed.sandbox
        .fault(on_projects(&id, &json!({ "kind": "cursor_loop" })))
        .await;
    browser.go(&address).await;
    shows(&browser, "the first 200 projects, updated").await;
    let seen = bed.sandbox.seen(&format!("/rest/orgs/{id}/projects")).await;
    // The overview may have read all of its 13 pages before; a loop would be hundreds.
    assert!(seen < 50, "{seen} requests");
    browser.close().await;
}

#[tokio::test]
async fn a_stall_of_half_a_minute_is_waited_out_and_reading_goes_on() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let name = "Équipe données, Montréal";
    let (id, address) = (
        org(&browser, name).await,
        projects_of(&bed, &browser, name).await,
    );
    let mut stall = on_projects(&id, &json!({ "kind": "stall", "ms": 60_000 }));
    stall["times"] = json!(1);
    bed.sandbox.fault(stall).await;
    browser.go(&address).await;
    // The server times out after half a minute, and the page retries by itself.
    tokio::time::sleep(std::time::Duration::from_secs(30)).await;
    shows(&browser, "96 projects, updated").await;
    browser.close().await;
}

#[tokio::test]
async fn a_project_that_cannot_be_read_costs_itself_alone_and_what_is_not_known_is_said() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let name = "Legacy estate, read only, owner unknown since 2021";
    let (id, address) = (
        org(&browser, name).await,
        projects_of(&bed, &browser, name).await,
    );
    for (at, text) in [
        ("/data/4/meta/latest_issue_counts/critical", "null"),
        // Not all projects were counted.
        ("/data/5/meta/latest_issue_counts/critical", "null"),
        ("/data/6/meta/latest_issue_counts/critical", "null"),
        ("/data/1/id", "null"),
        ("/data/2/attributes/name", "null"),
        ("/data/2/attributes/read_only", "null"),
        ("/data/3/attributes/type", r#"null,"origin":7"#),
        // This must be last: after it the text is not JSON that the sandbox can patch.
        ("/data/3/attributes/name", r#""Team \ud83d""#),
    ] {
        let fault = json!({ "kind": "splice", "at": at, "text": text });
        bed.sandbox.fault(on_projects(&id, &fault)).await;
    }
    browser.go(&address).await;
    browser.heading("Projects in").await;
    shows(&browser, "23 projects, updated").await;
    shows(&browser, "1 project could not be loaded").await;
    shows(&browser, "Team \u{fffd}").await;
    browser
        .until(
            "const names = [...document.querySelectorAll('a.project-name')];\
            return names.some(name => name.innerText === 'Unknown')",
        )
        .await;
    // Without its highest count, it is sorted after the others.
    browser
        .until(
            "scrollTo(0, document.body.scrollHeight);\
            return !!document.querySelector('.figure-column [title=Unknown]')",
        )
        .await;
    browser.press("Overview").await;
    shows(&browser, "23 projects, 1 could not be loaded").await;
    browser.close().await;
}

#[tokio::test]
async fn a_project_that_moved_between_two_pages_is_counted_once() {
    let Visit { bed, browser } = Visit::at_overview().await;
    // Once the overview has read everything, the requests that follow are the page's own.
    browser.heading("37 critical issues").await;
    let name = "Meridian Platform";
    let (id, address) = (
        org(&browser, name).await,
        projects_of(&bed, &browser, name).await,
    );
    let connection = address.split('/').nth(4).unwrap_or_default();
    let script = format!(
        "fetch('/api/connections/{connection}/snyk/rest/orgs/{id}/projects?limit=100')\
            .then(answer => answer.json()).then(({{ data }}) => done(data.at(-1).id))"
    );
    let moved = browser.run_async(&script).await;
    // The last project of the first page is the first of the second page too.
    let fault = json!({ "kind": "splice", "at": "/data/0/id", "text": moved.to_string() });
    let mut second = on_projects(&id, &fault);
    second["skip"] = json!(1);
    second["times"] = json!(1);
    bed.sandbox.fault(second).await;
    browser.go(&address).await;
    shows(&browser, "1,203 projects, updated").await;
    browser.press("Overview").await;
    shows(&browser, "1,203 projects").await;
    browser.close().await;
}
