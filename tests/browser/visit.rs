//! How most flows begin: an app, its provider, and a person in front of a browser.

pub(crate) mod views;

use tests::{Bed, browser::Browser};

/// A script that is true when somebody is signed in and the app says so.
pub(crate) const SIGNED_IN: &str = "return !!document.querySelector('header .switcher')";
/// A script that is true when that page has its table of organizations.
pub(crate) const HAS_ORGANIZATIONS: &str = "return !!document.querySelector('table')";

/// A browser that has come as far as the constructor's name says.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) bed: Bed,
    pub(crate) browser: Browser,
}

impl Visit {
    /// Nothing is open yet.
    pub(crate) async fn start() -> Self {
        Self::of(Bed::start().await).await
    }

    /// Nothing is open yet; the sandbox or the app have something of their own.
    pub(crate) async fn of(bed: Bed) -> Self {
        let browser = Browser::open().await;
        Self { bed, browser }
    }

    /// The provider asks.
    pub(crate) async fn at_consent() -> Self {
        let visit = Self::start().await;
        to_consent(&visit.bed, &visit.browser).await;
        visit
    }

    /// The overview stands, its first pages read or not.
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

/// Opens the app, presses Connect, and waits for the consent page.
pub(crate) async fn to_consent(bed: &Bed, browser: &Browser) {
    browser.go(&bed.app.url).await;
    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;
}

/// Waits until somebody is signed in, and goes on to the page of the connection.
pub(crate) async fn arrived(browser: &Browser) {
    browser.until(SIGNED_IN).await;
    browser.press("Connection").await;
    browser
        .until("return document.body.innerText.includes('Access token ends in')")
        .await;
    browser.until(HAS_ORGANIZATIONS).await;
}
