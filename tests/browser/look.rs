//! How the pages look and answer to keys: the typeface, the menu of this browser, both themes.
//! With `SCREENSHOTS=folder`, a picture of every page is left there.

use tests::browser::{Browser, Colours, DESKTOP, PHONE};
use thirtyfour::Key;

use crate::visit::Visit;

/// Pictures of the page as it stands: two widths, two themes.
async fn pictures(browser: &Browser, name: &str) {
    for width in [DESKTOP, PHONE] {
        browser.width(width).await;
        for colours in [Colours::Light, Colours::Dark] {
            browser.colours(colours).await;
            browser
                .until("return document.documentElement.hasAttribute('data-face')")
                .await;
            let sideways = "return document.documentElement.scrollWidth <= innerWidth";
            browser.until(sideways).await;
            browser
                .picture(&format!("{name}-{}-{width}", colours.name()))
                .await;
        }
    }
    browser.width(DESKTOP).await;
}

async fn press(browser: &Browser, key: Key) {
    let element = browser.driver.active_element().await.expect("a focus");
    element.send_keys("" + key).await.expect("keys arrive");
}

#[tokio::test]
async fn the_typeface_comes_from_here_and_is_kept_for_ever() {
    let visit = Visit::start().await;
    let browser = &visit.browser;
    browser.go(&visit.bed.app.url).await;
    browser.heading("See which issues matter").await;
    browser
        .until("return document.documentElement.hasAttribute('data-face')")
        .await;
    let used = "return document.fonts.check('650 20px \"Atkinson Hyperlegible Next\"') \
        && getComputedStyle(document.body).fontFamily.includes('Atkinson')";
    browser.until(used).await;
    let script = "const done = arguments[0]; \
        const [face] = performance.getEntriesByType('resource').filter(e => e.name.endsWith('woff2')); \
        fetch(face.name).then(a => done([a.headers.get('cache-control'), a.headers.get('content-type')]))";
    let answer = browser.driver.execute_async(script, Vec::new()).await;
    assert_eq!(
        answer.expect("an answer").json(),
        &serde_json::json!(["public, max-age=31536000, immutable", "font/woff2"])
    );
    browser.until(LOGS_NOTHING).await;
    pictures(browser, "welcome").await;
    visit.browser.close().await;
}

/// Nothing was refused by the content security policy: everything asked for has arrived.
const LOGS_NOTHING: &str = "return performance.getEntriesByType('resource')\
    .every(entry => entry.responseStatus === undefined || entry.responseStatus < 400)";

#[tokio::test]
async fn this_browsers_menu_answers_to_keys_and_signs_out() {
    let visit = Visit::connected().await;
    let browser = &visit.browser;
    let active = |words: &str| {
        format!(
            "const it = document.activeElement; \
             return (it.getAttribute('aria-label') ?? it.innerText) === '{words}'"
        )
    };
    browser
        .run("document.querySelector('[aria-label=\"This browser\"]').focus()")
        .await;
    press(browser, Key::Down).await;
    browser.until(&active("Sign out")).await;
    browser.picture("menu").await;
    press(browser, Key::Escape).await;
    browser.until(&active("This browser")).await;
    press(browser, Key::Enter).await;
    browser.until(&active("Sign out")).await;
    press(browser, Key::Enter).await;
    browser.heading("See which issues matter").await;
    browser
        .until("return !document.querySelector('[aria-label=\"This browser\"]')")
        .await;
    visit.browser.close().await;
}

#[tokio::test]
async fn a_connection_in_both_themes_and_widths() {
    let visit = Visit::connected().await;
    pictures(&visit.browser, "connection").await;
    visit.browser.close().await;
}
