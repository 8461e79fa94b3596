//! The door: what works before the application and without it, and what a person reads when a part
//! of the page does not arrive.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::{
    Bed, app,
    browser::Browser,
    gateway::{Gateway, Rule},
};

use crate::{
    data::shows,
    visit::{SIGNED_IN, Visit, to_consent, views::every_view},
};

/// What the welcome says whatever happens.
const WELCOME: &str = "See which issues matter";
const MISSING: &str = "A part of this page did not arrive";
pub(crate) const HTML: Rule = Rule::Answer(
    "200 OK",
    "content-type: text/html\r\n",
    "<h1>Welcome to our Wi-Fi</h1>",
);
pub(crate) const NOT_FOUND: Rule =
    Rule::Answer("404 Not Found", "content-type: text/plain\r\n", "none");

/// Returns the files of the page that are larger than 25 KB as they are served, without those of the
/// door, which are not.
fn large_files() -> Vec<String> {
    let mut large = Vec::new();
    for entry in std::fs::read_dir(app::pages()).expect("built pages") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if !matches!(extension, Some("js" | "wasm")) {
            continue;
        }
        let compressed = path.with_file_name(format!("{name}.br"));
        let is_release = compressed.exists();
        let served = if is_release { &compressed } else { &path };
        let size = std::fs::metadata(served).expect("a file").len();
        if name.starts_with("door") || name.starts_with("callback") {
            assert!(!is_release || size <= 25_000, "{name}: {size} bytes");
        } else if size > 25_000 {
            large.push(name);
        }
    }
    large
}

/// Returns the path of a file that the document names: what `data-part` says.
pub(crate) fn part(name: &str) -> String {
    let document = std::fs::read_to_string(app::pages().join("index.html")).expect("a document");
    let mark = format!("data-part=\"{name}\"");
    let tag = document
        .split('<')
        .find(|tag| tag.contains(&mark))
        .unwrap_or_else(|| panic!("the document has no part {name}"));
    let (_, rest) = tag.split_once("href=\"").expect("an address");
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// Returns the path of the door's script.
fn script() -> String {
    let document = std::fs::read_to_string(app::pages().join("index.html")).expect("a document");
    let (_, rest) = document
        .split_once("src=\"/door")
        .expect("the door's script");
    format!("/door{}", rest.split('"').next().unwrap_or_default())
}

/// Makes the browser request every file each time.
async fn without_cache(browser: &Browser) {
    browser.devtools("Network.enable", json!({})).await;
    let disabled = json!({ "cacheDisabled": true });
    browser.devtools("Network.setCacheDisabled", disabled).await;
}

/// Opens a page, and checks that it says these words within ten seconds.
async fn says_within_ten_seconds(browser: &Browser, url: &str, words: &str) {
    let began = Instant::now();
    browser.go(url).await;
    shows(browser, words).await;
    let after = began.elapsed();
    assert!(after < Duration::from_secs(10), "{words}: after {after:?}");
}

#[tokio::test]
async fn connecting_and_every_refusal_need_nothing_of_the_application() {
    let Visit { bed, browser } = Visit::start().await;
    let large = large_files();
    assert!(!large.is_empty(), "the application is large");
    let urls: Vec<_> = large.iter().map(|name| format!("*/{name}")).collect();
    browser.devtools("Network.enable", json!({})).await;
    browser
        .devtools("Network.setBlockedURLs", json!({ "urls": urls }))
        .await;
    to_consent(&bed, &browser).await;
    browser.press("Refuse").await;
    browser.heading("You did not allow access").await;
    shows(&browser, "access_denied").await;
    every_view(&browser, "door-refused").await;
    browser.press("Connect again").await;
    browser.heading("asks to read").await;
    browser.press("Allow").await;
    // The login is finished, and only the application is missing.
    shows(&browser, MISSING).await;
    let connections = "fetch('/api/session').then(it => it.json())\
        .then(it => done(it.connections.length))";
    assert_eq!(browser.run_async(connections).await, 1);
    assert_eq!(browser.run("return location.pathname").await, "/");
    browser
        .devtools("Network.setBlockedURLs", json!({ "urls": [] }))
        .await;
    browser.press("Reload").await;
    browser.until(SIGNED_IN).await;
    browser.close().await;
}

#[tokio::test]
async fn the_session_is_asked_for_once_and_the_application_comes_in_parallel() {
    let Visit { bed: _bed, browser } = Visit::at_overview().await;
    browser.heading("critical issues").await;
    let requested = "performance.getEntriesByType('resource').filter(it => it.name.endsWith(";
    let sessions = format!("return {requested}'/api/session')).length");
    // Once before the exchange and once after it, by the door; the application has taken that over.
    assert_eq!(browser.run(&sessions).await, 2);
    browser.press("Projects").await;
    browser.heading("Projects in").await;
    browser.driver.refresh().await.unwrap();
    browser.heading("Projects in").await;
    assert_eq!(browser.run(&sessions).await, 1);
    let parallel = format!(
        "const at = end => {requested}end))[0]; \
         return at('/api/session').responseEnd > at('{}').startTime",
        part("app")
    );
    assert_eq!(browser.run(&parallel).await, true);
    browser.close().await;
}

/// Opens a browser without a cache, whose console names the file that does not arrive.
pub(crate) async fn browser_that_misses_a_part() -> Browser {
    let browser = Browser::open().await;
    browser.provokes("integrity");
    browser.provokes("Fetch API cannot load");
    without_cache(&browser).await;
    browser
}

#[tokio::test]
async fn a_wasm_that_does_not_arrive_is_told_and_the_welcome_stays() {
    let (gateway, _bed) = Gateway::with_bed().await;
    let browser = browser_that_misses_a_part().await;
    let wasm = format!("GET {}", part("door-wasm"));
    for (rule, words) in [
        (NOT_FOUND, MISSING),
        (HTML, MISSING),
        (Rule::Cut, MISSING),
        (Rule::Silent, "This page is still loading"),
    ] {
        gateway.treat(&wasm, rule);
        says_within_ten_seconds(&browser, &gateway.url, words).await;
        browser.heading(WELCOME).await;
        shows(&browser, "Reload").await;
        gateway.heal();
    }
    every_view(&browser, "door-missing-part").await;
    browser.press("Reload").await;
    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;
    browser.close().await;
}

#[tokio::test]
async fn an_application_that_does_not_arrive_is_told_to_whoever_is_signed_in() {
    let (gateway, _bed) = Gateway::with_bed().await;
    let browser = browser_that_misses_a_part().await;
    browser.go(&gateway.url).await;
    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;
    browser.press("Allow").await;
    browser.until(SIGNED_IN).await;
    for name in ["app-wasm", "app"] {
        let file = format!("GET {}", part(name));
        for rule in [NOT_FOUND, Rule::Cut] {
            gateway.treat(&file, rule);
            says_within_ten_seconds(&browser, &gateway.url, MISSING).await;
            browser.heading(WELCOME).await;
            gateway.heal();
        }
    }
    let file = format!("GET {}", part("app-wasm"));
    gateway.treat(&file, Rule::Silent);
    says_within_ten_seconds(&browser, &gateway.url, "This page is still loading").await;
    gateway.heal();
    browser.press("Reload").await;
    browser.until(SIGNED_IN).await;
    browser.close().await;
}

#[tokio::test]
async fn a_script_that_does_not_arrive_is_told_by_the_document_alone() {
    let (gateway, _bed) = Gateway::with_bed().await;
    let browser = Browser::open().await;
    without_cache(&browser).await;
    gateway.treat(&format!("GET {}", script()), NOT_FOUND);
    says_within_ten_seconds(&browser, &gateway.url, "This page has not started").await;
    browser.heading(WELCOME).await;
    let readable = "return getComputedStyle(document.querySelector('.welcome')).visibility";
    assert_eq!(browser.run(readable).await, "visible");
    gateway.heal();
    browser.press("Reload").await;
    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;
    browser.close().await;
}

#[tokio::test]
async fn a_browser_without_webassembly_is_told_what_it_lacks() {
    let Visit { bed, browser } = Visit::start().await;
    let source = json!({ "source": "delete window.WebAssembly" });
    browser
        .devtools("Page.addScriptToEvaluateOnNewDocument", source)
        .await;
    let words = "This browser does not run WebAssembly";
    says_within_ten_seconds(&browser, &bed.app.url, words).await;
    browser.heading(WELCOME).await;
    shows(&browser, "use a current version of").await;
    browser.close().await;
}

#[tokio::test]
async fn a_document_with_other_line_ends_works() {
    let pages = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(app::pages()).expect("built pages") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        // Compressed, the document would have the old line ends.
        if path.is_file() && !name.starts_with("index.html.") {
            std::fs::copy(&path, pages.path().join(name)).expect("a copy");
        }
    }
    let document = pages.path().join("index.html");
    let text = std::fs::read_to_string(&document).expect("a document");
    std::fs::write(&document, text.replace('\n', "\r\n")).expect("another document");
    let folder = pages.path().display().to_string();
    let bed = Bed::with(&[], &[("FRONTEND_DIR", &folder)]).await;
    let Visit { bed: _bed, browser } = Visit::of(bed).await.connect().await;
    browser.close().await;
}
