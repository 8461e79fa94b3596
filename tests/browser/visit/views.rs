//! Checks a page in every view: light and dark, as wide as a laptop, a tablet and a telephone.
//!
//! Nothing overflows horizontally, and axe-core reports nothing: it finds the accessibility
//! problems that a program can detect. With `SCREENSHOTS=folder`, a screenshot of each view is
//! saved there, and one with forced colours, which only a person can judge.

use tests::{
    browser::{Browser, Colours, DESKTOP, PHONE, TABLET},
    npm,
};

/// Runs axe-core with one rule in addition to the defaults.
const AXE: &str = "axe.run(document, { resultTypes: ['violations'], \
        rules: { 'target-size': { enabled: true } } }) \
    .then(({ violations }) => done(violations.flatMap(({ id, impact, help, nodes }) => \
        nodes.map(({ target, failureSummary }) => \
            `${id} (${impact}): ${help}: ${target.join(' ')}: ${failureSummary}`))), \
        error => done([String(error)]))";
/// The page's own web font has loaded. The provider's pages have another font.
const HAS_TYPEFACE: &str = "return document.documentElement.hasAttribute('data-face') \
    || !document.querySelector('link[rel=modulepreload]')";

/// Checks a page in every view; `name` is used for its screenshots and for failure messages.
pub(crate) async fn every_view(browser: &Browser, name: &str) {
    hold(browser, name, &[DESKTOP, TABLET, PHONE]).await;
    browser.width(DESKTOP).await;
    browser.colours(Colours::Light).await;
}

/// Checks a page that exists only on a telephone.
pub(crate) async fn every_view_of_phone(browser: &Browser, name: &str) {
    hold(browser, name, &[PHONE]).await;
}

async fn hold(browser: &Browser, name: &str, widths: &[u32]) {
    let axe = std::fs::read_to_string(npm::file("axe-core/axe.min.js")).expect("axe is installed");
    // A script of the driver runs in its own context and is not subject to the page's policy.
    browser.run(&axe).await;
    browser.until(HAS_TYPEFACE).await;
    let mut found = Vec::new();
    for width in widths {
        browser.width(*width).await;
        let upright = "return document.documentElement.scrollWidth <= innerWidth";
        browser.until(upright).await;
        for colours in [Colours::Light, Colours::Dark] {
            browser.colours(colours).await;
            let view = format!("{name}-{}-{width}", colours.name());
            browser.picture(&view).await;
            let violations = browser.run_async(AXE).await;
            let violations = violations.as_array().expect("a list").iter();
            found.extend(violations.map(|one| format!("{view}: {}", one.as_str().unwrap_or("?"))));
        }
        let forced = Colours::Forced;
        browser.colours(forced).await;
        browser
            .picture(&format!("{name}-{}-{width}", forced.name()))
            .await;
    }
    let count = found.len();
    assert!(found.is_empty(), "{count} found:\n{}", found.join("\n"));
}
