//! The whole flow in a browser, with an independent authorization server.

use tests::{browser::Browser, foreign::ForeignProvider};

use crate::visit::arrived;

#[tokio::test]
async fn a_person_connects_by_a_server_of_others() {
    let (provider, app) = ForeignProvider::with_app().await;
    let browser = Browser::open().await;
    browser.go(&app.url).await;
    // The provider signs in and consents by itself: the next page is the app's again.
    browser.press("Connect to").await;
    arrived(&browser).await;
    let text = browser.text().await;
    assert!(text.contains("An organization"), "{text}");
    let address = browser.address().await;
    assert!(!address.contains('?'), "{address}");
    let expected = ["authorization.success", "grant.success"];
    assert_eq!(provider.seen().await, expected);
    browser.close().await;
}
