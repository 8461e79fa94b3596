//! The frame of every page: a newer version on the server, confirmations, copying.

use std::path::Path;

use serde_json::json;
use tests::{Bed, app};

use crate::{
    data::{on_projects, org, projects_of, shows},
    visit::{SIGNED_IN, Visit, to_consent},
};

/// Simulates a person who returns to the tab. `document.hidden` is always false.
pub(crate) const COME_BACK: &str = "document.dispatchEvent(new Event('visibilitychange'))";

#[tokio::test]
async fn whoever_comes_back_is_told_of_a_newer_version() {
    let pages = tempfile::tempdir().unwrap();
    copy_pages(pages.path());
    let folder = pages.path().display().to_string();
    let bed = Bed::with(&[], &[("FRONTEND_DIR", &folder)]).await;
    let Visit { mut bed, browser } = Visit::of(bed).await.connect().await;
    let has_banner = "document.body.innerText.includes('A newer version is ready')";

    // The document is requested, and is unchanged.
    browser.run(COME_BACK).await;
    let is_requested = "return performance.getEntriesByType('resource')\
        .some(({ name, initiatorType }) => initiatorType === 'fetch' && name === origin + '/')";
    browser.until(is_requested).await;
    assert_eq!(browser.run(&format!("return {has_banner}")).await, false);

    update(pages.path());
    bed.app.start_again(&[]).await;
    browser.run("window.isOld = true").await;
    browser.run(COME_BACK).await;
    browser.until(&format!("return {has_banner}")).await;
    browser.picture("newer version").await;
    browser.press("Reload").await;
    browser
        .until(&format!("return !window.isOld && !{has_banner}"))
        .await;
    browser.until(SIGNED_IN).await;
    browser.close().await;
}

#[tokio::test]
async fn where_copying_is_refused_the_text_is_selected() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let legacy = "Legacy estate, read only, owner unknown since 2021";
    let id = org(&browser, legacy).await;
    let address = projects_of(&bed, &browser, legacy).await;
    let id_of_snyk = json!({ "snyk-request-id": "6f1c7d9e-2b0a-4c58-9d3e-1f4a5b6c7d8e" });
    let fault = json!({ "kind": "status", "status": 503, "headers": id_of_snyk });
    bed.sandbox.fault(on_projects(&id, &fault)).await;
    browser.go(&address).await;
    shows(&browser, "Snyk is not answering").await;
    let refuse = "navigator.clipboard.writeText = () => Promise.reject(new Error('refused'))";
    browser.run(refuse).await;
    let copy = "document.querySelector('[aria-label=\"Copy request ID\"]').click()";
    browser.run(copy).await;
    shows(&browser, "Press Ctrl+C").await;
    let selected = "return getSelection().toString() === \
        document.querySelector('.copyable code').innerText && !getSelection().isCollapsed";
    assert_eq!(browser.run(selected).await, true);
    browser.picture("copying refused").await;
    browser.close().await;
}

#[tokio::test]
async fn a_toast_stays_while_the_focus_is_on_it() {
    let Visit { bed, browser } = Visit::start().await;
    to_consent(&bed, &browser).await;
    browser.press("Allow").await;
    let is_there = "!!document.querySelector('.toast')";
    browser.until(&format!("return {is_there}")).await;
    browser
        .run("document.querySelector('.toast button').focus()")
        .await;
    // A delay of eight seconds is a quarter of a second from now on.
    let faster = "const real = window.setTimeout; \
        window.setTimeout = (call, pause) => real(call, pause === 8000 ? 250 : pause); \
        window.before = document.querySelector('.toast')";
    browser.run(faster).await;
    // The focus left once, so that the timer restarted, and returned.
    let again = "const button = document.querySelector('.toast button'); \
        button.blur(); button.focus()";
    browser.run(again).await;
    browser
        .run_async(
            "real(() => done(true), 1000)"
                .replace("real", "setTimeout")
                .as_str(),
        )
        .await;
    assert_eq!(browser.run(&format!("return {is_there}")).await, true);
    browser
        .run("document.querySelector('.toast button').blur()")
        .await;
    browser.until(&format!("return !{is_there}")).await;
    browser.close().await;
}

#[tokio::test]
async fn back_leads_to_where_a_long_list_was_left() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Payments").await;
    browser.go(&address).await;
    shows(&browser, "4,012 projects, updated").await;
    browser
        .run("scrollTo(0, document.documentElement.scrollHeight / 2)")
        .await;
    let in_sight = "[...document.querySelectorAll('tbody .row')].filter(row => { \
        const { top, bottom } = row.getBoundingClientRect(); return top > 100 && bottom < innerHeight \
        }).map(row => row.getAttribute('aria-rowindex'))";
    browser
        .until(&format!("return Number({in_sight}[0]) > 1900"))
        .await;
    let before = browser.run(&format!("return {in_sight}")).await;
    let open = "[...document.querySelectorAll('tbody .row')] \
        .find(row => row.getBoundingClientRect().top > 200).querySelector('a').click()";
    browser.run(open).await;
    browser
        .until("return location.pathname.split('/').length > 6 && scrollY === 0")
        .await;
    browser
        .until("return !!document.querySelector('.issues-head h1') && !document.querySelector('[type=search]')")
        .await;
    browser.go_in_history(-1).await;
    browser.heading("Projects in Meridian Payments").await;
    browser
        .until(&format!(
            "return JSON.stringify({in_sight}) === {}",
            json!(before.to_string())
        ))
        .await;
    // It stays, and the heading still has the focus.
    browser
        .until("return document.activeElement === document.querySelector('h1')")
        .await;
    browser.run_async("setTimeout(() => done(0), 500)").await;
    assert_eq!(browser.run(&format!("return {in_sight}")).await, before);
    // Forward to the project: from its top.
    browser.go_in_history(1).await;
    browser
        .until("return location.pathname.split('/').length > 6 && scrollY === 0")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn the_focus_stays_where_it_is_when_a_connection_stops_by_itself() {
    let Visit { bed, browser } = Visit::at_overview().await;
    browser.heading("37 critical issues").await;
    browser.press("Connection").await;
    browser.press("Overview").await;
    let on_heading = "return document.activeElement === document.querySelector('h1')";
    browser.until(on_heading).await;
    browser
        .run("document.querySelector('.nav a').focus()")
        .await;
    bed.sandbox.expire_access_tokens().await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" },
            "fault": { "kind": "status", "status": 400, "body": { "error": "invalid_grant" } } }))
        .await;
    // By script: reading continues, as in a tab that the person returns to.
    let read = "[...document.querySelectorAll('button')] \
        .find(button => button.innerText === 'Refresh').click()";
    browser.run(read).await;
    shows(&browser, "This connection has stopped working").await;
    browser.run_async("setTimeout(() => done(0), 300)").await;
    let on_link = "return document.activeElement === document.querySelector('.nav a')";
    assert_eq!(browser.run(on_link).await, true);
    browser.close().await;
}

#[tokio::test]
async fn the_strip_tells_when_what_is_seen_was_read() {
    let Visit { mut bed, browser } = Visit::at_overview().await;
    browser.heading("37 critical issues").await;
    // Everything is read; later the server answers differently, by a clock that is an hour ahead.
    let minutes = "const now = new Date(); return now.getHours() * 60 + now.getMinutes()";
    let at = browser.run(minutes).await.as_u64().expect("minutes");
    bed.app.start_again_at("+3h").await;
    browser
        .run("window.dispatchEvent(new Event('online'))")
        .await;
    let is_requested = "return performance.getEntriesByType('resource') \
        .filter(({ name, responseEnd }) => name.endsWith('/api/session') && responseEnd > 0).length > 1";
    browser.until(is_requested).await;
    let none =
        json!({ "offline": true, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    browser
        .devtools("Network.emulateNetworkConditions", none)
        .await;
    let time = "document.querySelector('.banner')?.innerText.match(/updated at (\\d\\d):(\\d\\d)/)";
    browser.until(&format!("return !!{time}")).await;
    let script = format!("const [, hours, minutes] = {time}; return hours * 60 + Number(minutes)");
    let reported = browser.run(&script).await.as_u64().expect("minutes");
    // The page was read within the last minutes, possibly across midnight.
    let apart = (at + 24 * 60 - reported) % (24 * 60);
    assert!(apart < 10, "told {reported}, read before {at}");
    browser.close().await;
}

#[tokio::test]
async fn the_bar_keeps_the_organization_and_one_that_is_gone_is_told() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Research").await;
    browser.go(&address).await;
    browser.heading("Projects in Research").await;
    browser
        .run("document.querySelector('.nav a[aria-current]').click()")
        .await;
    browser.heading("Projects in Research").await;
    assert_eq!(browser.address().await, address);

    let id = org(&browser, "Research").await;
    browser
        .go(&address.replace(&id, "00000000-0000-4000-8000-000000000000"))
        .await;
    browser
        .heading("This organization doesn’t exist, or this connection can’t see it")
        .await;
    browser.press("Overview").await;
    browser.heading("critical issues").await;
    browser.close().await;
}

/// Copies the built page without the precompressed files.
fn copy_pages(to: &Path) {
    for entry in std::fs::read_dir(app::pages()).expect("built pages") {
        let path = entry.expect("an entry").path();
        let extension = path.extension().unwrap_or_default();
        if path.is_file() && extension != "br" && extension != "gz" {
            let name = path.file_name().expect("a name");
            std::fs::copy(&path, to.join(name)).expect("a copy");
        }
    }
}

/// Simulates an update: the same files under other names.
pub(crate) fn update(pages: &Path) {
    let document = std::fs::read_to_string(pages.join("index.html")).expect("a document");
    let after = |words| {
        let (_, rest) = document.split_once(words).expect("a build");
        rest.split_once(['"', '.']).expect("its hash").0.to_owned()
    };
    let (build, script) = (after("build-id\" content=\""), after("/frontend-"));
    let newer = "0123456789abcdef";
    let [old, new] = [&*script, newer].map(|hash| pages.join(format!("frontend-{hash}.js")));
    std::fs::rename(old, new).expect("another name");
    let document = document.replace(&script, newer).replace(&build, newer);
    std::fs::write(pages.join("index.html"), document).expect("another document");
}
