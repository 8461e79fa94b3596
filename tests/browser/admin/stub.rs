//! A stand-in for the routes of the administration, inside the page.

use serde_json::json;
use tests::{Bed, browser::Browser};

use crate::{data::shows, visit::Visit};

/// The secret of the stand-in's link.
pub(super) const LINK: &str = "S3cret-of_the_link_that_nobody_may_find_0000";

/// Returns a browser in whose pages the stand-in is, with changes of it.
pub(super) async fn visit(changes: &str) -> Visit {
    let visit = Visit::start().await;
    install(&visit.browser, changes).await;
    visit
}

/// Puts the stand-in into every page that the browser opens from now on.
async fn install(browser: &Browser, changes: &str) {
    let source = format!(
        "if (location.protocol === 'http:') {{ {}\nadmin.link = '{LINK}'; {changes} }}",
        include_str!("stub.js")
    );
    let _ = browser
        .devtools(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": source }),
        )
        .await;
}

/// Opens the page by a link.
pub(super) async fn open_link(bed: &Bed, browser: &Browser) {
    browser.go(&format!("{}/admin#{LINK}", bed.app.url)).await;
    browser.heading("Sign in as administrator?").await;
}

/// Signs in by a link.
pub(super) async fn sign_in(bed: &Bed, browser: &Browser) {
    open_link(bed, browser).await;
    browser.press("Sign in").await;
    browser.heading("Administration").await;
    shows(browser, "Latest activity").await;
}
