//! Lists that Snyk does not give, or not at once.

use super::*;

#[tokio::test]
async fn a_scope_that_is_missing_is_asked_for_again() {
    let refused = json!({ "kind": "status", "status": 403 });
    let (Visit { bed: _bed, browser }, paths) = at_trouble(None, 0, refused).await;
    shows(&browser, "Snyk didn’t allow Fathom to see this").await;
    shows(
        &browser,
        "Missing permission: see dependencies, vulnerabilities and other scan results.",
    )
    .await;
    browser.heading(PROJECT).await;
    every_view(&browser, "issues-forbidden").await;
    browser.press("Ask again").await;
    browser.heading("asks to read").await;
    browser.press("Allow").await;
    // And back to the page where the person was asked.
    let back = format!("return location.pathname === '{}'", paths.page);
    browser.until(&back).await;
    browser.close().await;
}

#[tokio::test]
async fn a_page_that_fails_says_so_and_goes_on_where_it_was() {
    let away =
        json!({ "kind": "status", "status": 503, "headers": { "snyk-request-id": "0f5a7c1e" } });
    let (Visit { bed, browser }, paths) = at_trouble(None, 2, away).await;
    shows(&browser, "More issues could not be loaded").await;
    shows(&browser, "0f5a7c1e").await;
    assert!(!rows(&browser).await.is_empty(), "what was read stays");
    every_view(&browser, "issues-failed").await;
    bed.sandbox.heal().await;
    let before = bed.sandbox.seen(&paths.issues).await;
    browser.press("Try again").await;
    shows(&browser, ALL_READ).await;
    let after = bed.sandbox.seen(&paths.issues).await;
    assert_eq!(
        after - before,
        1,
        "the pages that were here are not read again"
    );
    browser.close().await;
}

#[tokio::test]
async fn while_it_reads_it_says_that_snyk_gives_no_total() {
    let slow = json!({ "kind": "delay", "ms": 2_500 });
    let (Visit { bed: _bed, browser }, _) = at_trouble(None, 1, slow).await;
    shows(&browser, "100 issues so far; Snyk gives no total").await;
    let count = browser
        .run("return document.querySelector('.issue-table').getAttribute('aria-rowcount')")
        .await;
    assert_eq!(count, json!("-1"));
    shows(&browser, ALL_READ).await;
    browser.close().await;
}

#[tokio::test]
async fn asked_to_slow_down_it_counts_and_goes_on() {
    let slow = json!({ "kind": "status", "status": 429, "headers": { "retry-after": "4" } });
    let (Visit { bed: _bed, browser }, _) = at_trouble(Some(1), 1, slow).await;
    shows(&browser, "Snyk’s rate limit was reached").await;
    shows(&browser, "You can keep using what has loaded.").await;
    assert!(!rows(&browser).await.is_empty(), "what was read stays");
    browser.picture("issues-slowed").await;
    shows(&browser, ALL_READ).await;
    browser.close().await;
}
