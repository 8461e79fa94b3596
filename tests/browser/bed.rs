//! The test bed's own promises.

use serde_json::json;
use tests::browser::{Browser, Colours, DESKTOP, PHONE};

#[tokio::test]
async fn a_page_is_as_wide_and_as_coloured_as_it_is_told() {
    let browser = Browser::open().await;
    browser.go("about:blank").await;
    for (width, colours, expected) in [
        (PHONE, Colours::Dark, json!([390, true, false])),
        (DESKTOP, Colours::Light, json!([1280, false, false])),
        (PHONE, Colours::Forced, json!([390, false, true])),
    ] {
        browser.width(width).await;
        browser.colours(colours).await;
        let script = "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, \
            matchMedia('(forced-colors: active)').matches]";
        assert_eq!(browser.run(script).await, expected, "{width} {colours:?}");
    }
    browser.close().await;
}
