//! The page of a static host, with the API on another origin of the same site.

use serde_json::json;
use tests::{browser::Browser, static_host::StaticHost};

use crate::{data::shows, shell, visit::SIGNED_IN};

#[tokio::test]
async fn a_page_elsewhere_connects_shows_reloads_and_signs_out() {
    let (host, bed) = StaticHost::with_bed().await;
    let browser = Browser::open().await;
    // The certificate is self-signed.
    browser
        .devtools(
            "Security.setIgnoreCertificateErrors",
            json!({ "ignore": true }),
        )
        .await;
    browser.go(&host.url).await;
    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;
    browser.press("Allow").await;
    browser.until(SIGNED_IN).await;
    browser.heading("critical issues").await;
    assert!(browser.address().await.starts_with(&host.url));

    browser.press("Projects").await;
    shows(&browser, "projects, updated").await;
    browser.run("location.reload()").await;
    shows(&browser, "projects, updated").await;
    let asked = browser
        .run(
            "return performance.getEntriesByType('resource').map(({ name }) => name)\
                .filter(name => new URL(name).pathname.startsWith('/api/'))",
        )
        .await;
    let asked = asked.as_array().expect("names");
    assert!(!asked.is_empty(), "nothing was asked");
    for name in asked {
        let name = name.as_str().unwrap_or_default();
        assert!(name.starts_with(&host.api), "{name}");
    }

    // A new version is put there while the tab is open.
    shell::update(&host.page);
    browser.run(shell::COME_BACK).await;
    let has_banner = "document.body.innerText.includes('A newer version is ready')";
    browser.until(&format!("return {has_banner}")).await;
    browser.press("Reload").await;
    browser.until(&format!("return !{has_banner}")).await;
    shows(&browser, "projects, updated").await;

    browser.press("Connection").await;
    browser.picture("static host").await;
    browser.press("Sign out").await;
    browser.heading("See which issues matter").await;
    browser.run("location.reload()").await;
    let can_connect =
        "return document.querySelector('.connect button').getAttribute('aria-disabled') !== 'true'";
    browser.until(can_connect).await;
    assert_eq!(bed.sandbox.count("token_requests").await, 1);
    // The authorization code was in the address of the callback.
    let log = host.access_log();
    assert!(log.contains("GET / "), "{log}");
    assert!(!log.contains("code="), "{log}");
    browser.close().await;
}
