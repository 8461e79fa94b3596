//! The page of a static host, with the API on another origin of the same site.

use serde_json::json;
use tests::{browser::Browser, static_host::StaticHost};

use crate::{data::shows, shell, visit::SIGNED_IN};

#[tokio::test]
async fn a_page_elsewhere_connects_shows_reloads_and_signs_out() {
    let (host, bed) = StaticHost::with_bed().await;
    let browser = open(&host).await;
    sign_in(&browser).await;
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

#[tokio::test]
async fn a_proxy_that_answers_for_a_server_elsewhere_is_not_taken_for_no_network() {
    let (host, mut bed) = StaticHost::with_bed().await;
    let document = host.page.join("index.html");
    let text = std::fs::read_to_string(&document).expect("a document");
    // As a person may write it.
    let (set, by_hand) = (
        format!("name=\"api-base-url\" content=\"{}\"", host.api),
        format!("name=\"api-base-url\" content=\" {}/\"", host.api),
    );
    assert!(text.contains(&set), "{text}");
    std::fs::write(&document, text.replace(&set, &by_hand)).expect("another document");
    let browser = open(&host).await;
    sign_in(&browser).await;
    browser.press("Projects").await;
    shows(&browser, "projects, updated").await;

    bed.app.stop();
    browser.provokes("has been blocked by CORS policy");
    let in_its_place = "return document.body.innerText.includes(\
        'Something between this page and its server answered in its place')";
    browser.run("location.reload()").await;
    browser.until(in_its_place).await;
    browser.picture("static host without its server").await;
    browser.go(&host.url).await;
    browser.until(in_its_place).await;
    bed.app.start_again(&[]).await;
    browser.run("location.reload()").await;
    browser.until(SIGNED_IN).await;
    browser.close().await;
}

/// Opens the page. The certificate is self-signed.
async fn open(host: &StaticHost) -> Browser {
    let browser = Browser::open().await;
    let trust = json!({ "ignore": true });
    browser
        .devtools("Security.setIgnoreCertificateErrors", trust)
        .await;
    browser.go(&host.url).await;
    browser
}

async fn sign_in(browser: &Browser) {
    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;
    browser.press("Allow").await;
    browser.until(SIGNED_IN).await;
    browser.heading("critical issues").await;
}
