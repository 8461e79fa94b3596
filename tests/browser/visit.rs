//! The start of most flows: an app, its provider, and a person in front of a browser.

pub(crate) mod views;

use tests::{Bed, browser::Browser};

/// A script that is true if the page shows that a person is signed in.
pub(crate) const SIGNED_IN: &str = "return !!document.querySelector('header .switcher')";
/// A script that is true if the connection page has its table of organizations.
pub(crate) const HAS_ORGANIZATIONS: &str = "return !!document.querySelector('table')";

/// A browser in the state that the constructor's name describes.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) bed: Bed,
    pub(crate) browser: Browser,
}

impl Visit {
    /// No page is open yet.
    pub(crate) async fn start() -> Self {
        Self::of(Bed::start().await).await
    }

    /// No page is open yet; the sandbox or the app has a custom configuration.
    pub(crate) async fn of(bed: Bed) -> Self {
        let browser = Browser::open().await;
        Self { bed, browser }
    }

    /// The consent page is open.
    pub(crate) async fn at_consent() -> Self {
        let visit = Self::start().await;
        to_consent(&visit.bed, &visit.browser).await;
        visit
    }

    /// The overview is open; its first pages may still be loading.
    pub(crate) async fn at_overview() -> Self {
        let visit = Self::at_consent().await;
        visit.browser.press("Allow").await;
        visit.browser.until(SIGNED_IN).await;
        visit
    }

    /// The page of a new connection has its data.
    pub(crate) async fn connected() -> Self {
        Self::start().await.connect().await
    }

    /// Connects, from the beginning.
    pub(crate) async fn connect(self) -> Self {
        to_consent(&self.bed, &self.browser).await;
        self.browser.press("Allow").await;
        arrived(&self.browser).await;
        self
    }
}

/// Opens the app, clicks Connect, and waits for the consent page.
pub(crate) async fn to_consent(bed: &Bed, browser: &Browser) {
    browser.go(&bed.app.url).await;
    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;
}

/// Waits until a person is signed in, and opens the page of the connection.
pub(crate) async fn arrived(browser: &Browser) {
    browser.until(SIGNED_IN).await;
    browser.press("Connection").await;
    browser
        .until("return document.body.innerText.includes('Access token expires in')")
        .await;
    browser.until(HAS_ORGANIZATIONS).await;
}
