//! The overview: what is worst, as far as it is read.

use serde_json::json;
use tests::browser::{Browser, Colours, DESKTOP, PHONE};

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

async fn shows(browser: &Browser, words: &str) {
    let script = format!("return document.body.innerText.includes(\"{words}\")");
    browser.until(&script).await;
}

#[tokio::test]
async fn an_overview_adds_up_what_every_organization_has() {
    let Visit { bed: _bed, browser } = Visit::at_overview().await;
    shows(&browser, "Meridian Payments").await;
    shows(&browser, "Read now").await;
    pictures(&browser, "overview").await;
    browser.close().await;
}
