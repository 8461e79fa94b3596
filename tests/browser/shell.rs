//! What surrounds every page: a newer version on the server, what is confirmed, what is copied.

use std::path::Path;

use serde_json::json;
use tests::{Bed, app};

use crate::{
    data::{on_projects, org, projects_of, shows},
    visit::{SIGNED_IN, Visit, to_consent},
};

/// As a person who comes back to the tab. `document.hidden` is false all the time.
const COME_BACK: &str = "document.dispatchEvent(new Event('visibilitychange'))";

#[tokio::test]
async fn whoever_comes_back_is_told_of_a_newer_version() {
    let pages = tempfile::tempdir().unwrap();
    copy_pages(pages.path());
    let folder = pages.path().display().to_string();
    let bed = Bed::with(&[], &[("FRONTEND_DIR", &folder)]).await;
    let Visit { mut bed, browser } = Visit::of(bed).await.connect().await;
    let told = "document.body.innerText.includes('A newer version is ready')";

    // The document is asked for, and is the same.
    browser.run(COME_BACK).await;
    let asked = "return performance.getEntriesByType('resource')\
        .some(({ name, initiatorType }) => initiatorType === 'fetch' && name === origin + '/')";
    browser.until(asked).await;
    assert_eq!(browser.run(&format!("return {told}")).await, false);

    update(pages.path());
    bed.app.start_again(&[]).await;
    browser.run("window.isOld = true").await;
    browser.run(COME_BACK).await;
    browser.until(&format!("return {told}")).await;
    browser.picture("newer version").await;
    browser.press("Reload").await;
    browser
        .until(&format!("return !window.isOld && !{told}"))
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
    let copy = "document.querySelector('[aria-label=\"Copy request id\"]').click()";
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
    // Time that would be eight seconds is a quarter of one from here on.
    let faster = "const real = window.setTimeout; \
        window.setTimeout = (call, pause) => real(call, pause === 8000 ? 250 : pause); \
        window.before = document.querySelector('.toast')";
    browser.run(faster).await;
    // It was let go once, so that its time ran anew, and taken again.
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

/// The built pages, without what is compressed ahead.
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

/// As an update does: the same under other names.
fn update(pages: &Path) {
    let document = std::fs::read_to_string(pages.join("index.html")).expect("a document");
    let (_, rest) = document.split_once("/frontend-").expect("a script");
    let (hash, _) = rest.split_once('.').expect("its hash");
    let newer = "0123456789abcdef";
    for end in [".js", "_bg.wasm"] {
        let [old, new] = [hash, newer].map(|hash| pages.join(format!("frontend-{hash}{end}")));
        std::fs::rename(old, new).expect("another name");
    }
    let document = document.replace(hash, newer);
    std::fs::write(pages.join("index.html"), document).expect("another document");
}
