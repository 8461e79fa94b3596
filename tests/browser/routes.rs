//! Links and the history: which page an address leads to, what the browser follows itself, and what
//! a page that is left takes with it.

use serde_json::json;
use tests::browser::Browser;

use crate::{
    data::{projects_of, shows},
    issues::at_issues,
    visit::{HAS_ORGANIZATIONS, Visit},
};

/// Moves the focus to the link of a row of the table, as the Tab key does.
async fn focus_a_row(browser: &Browser) {
    let focus = "const link = document.querySelectorAll('tbody .row:not(.skeleton) a')[1]; \
        link.focus(); return document.activeElement === link";
    browser.until(focus).await;
}

/// Clicks a link without moving the focus to it, as a script or assistive technology does.
async fn click(browser: &Browser, find: &str) {
    browser
        .run(&format!("document.querySelector('{find}').click()"))
        .await;
}

/// Clicks the first link of the bar with these properties of the event, and returns whether the app
/// followed it in place of the browser, which is kept from following it.
async fn follows(browser: &Browser, prepare: &str, event: &str) -> bool {
    let script = format!(
        "const link = window.link ??= document.querySelector('.nav a[href$=\"/projects\"]'); \
         {prepare}; \
         let taken = null; \
         addEventListener('click', event => {{ \
             taken = event.defaultPrevented; event.preventDefault(); \
         }}, {{ once: true }}); \
         link.dispatchEvent(new MouseEvent('click', \
             {{ bubbles: true, cancelable: true, {event} }})); \
         return taken"
    );
    browser.run(&script).await.as_bool().expect("a click")
}

#[tokio::test]
async fn a_row_that_has_the_focus_is_left_by_back_and_by_a_link() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Platform").await;
    browser.heading("37 critical issues").await;
    browser.press("Projects").await;
    browser.heading("Projects in").await;
    browser.go(&address).await;
    shows(&browser, "1,204 projects, updated").await;

    // Projects, by a link and by Back.
    focus_a_row(&browser).await;
    click(&browser, ".nav a[href$=\"/overview\"]").await;
    browser.heading("37 critical issues").await;
    browser.go_in_history(-1).await;
    shows(&browser, "1,204 projects, updated").await;
    focus_a_row(&browser).await;
    click(&browser, "tbody .row:nth-child(3) a").await;
    browser
        .until("return !!document.querySelector('.issue-title')")
        .await;

    // Issues, with one shown in full, by Back and by a link.
    focus_a_row(&browser).await;
    browser.go_in_history(-1).await;
    shows(&browser, "1,204 projects, updated").await;
    focus_a_row(&browser).await;
    browser.go_in_history(1).await;
    browser
        .until("return !!document.querySelector('.issue-title')")
        .await;
    focus_a_row(&browser).await;
    click(&browser, ".nav a[href^=\"/connections/\"]:last-child").await;
    browser.until(HAS_ORGANIZATIONS).await;
    browser
        .until("return /^\\/connections\\/[^/]+$/.test(location.pathname)")
        .await;

    // The worst projects of the overview.
    browser.press("Overview").await;
    browser.heading("37 critical issues").await;
    focus_a_row(&browser).await;
    browser.go_in_history(-1).await;
    browser.until(HAS_ORGANIZATIONS).await;
    browser
        .until("return document.activeElement === document.querySelector('h1')")
        .await;
    // A panic of the app would be an error of the page.
    browser.close().await;
}

#[tokio::test]
async fn the_browser_follows_what_is_meant_for_it() {
    let Visit { bed: _bed, browser } = Visit::at_overview().await;
    browser.heading("37 critical issues").await;
    let address = browser.address().await;
    for event in [
        "ctrlKey: true",
        "metaKey: true",
        "shiftKey: true",
        "altKey: true",
        "button: 1",
    ] {
        assert!(!follows(&browser, "", event).await, "{event}");
    }
    for prepare in [
        "link.target = '_blank'",
        "link.removeAttribute('target'); link.download = ''",
        "link.removeAttribute('download'); link.rel = 'noopener external'",
        "link.removeAttribute('rel'); link.dataset.href = link.href; link.href = 'https://example.com/'",
    ] {
        assert!(!follows(&browser, prepare, "").await, "{prepare}");
    }
    assert_eq!(browser.address().await, address);
    let back = "link.href = link.dataset.href";
    assert!(follows(&browser, back, "").await, "a plain click");
    browser.heading("Projects in").await;
    browser.close().await;
}

#[tokio::test]
async fn a_link_within_the_page_scrolls_and_keeps_the_page() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Platform").await;
    browser.go(&address).await;
    shows(&browser, "1,204 projects, updated").await;
    let prepare = "window.kept = document.querySelector('h1'); \
        const mark = Object.assign(document.createElement('p'), { id: 'a mark' }); \
        document.querySelector('main').append(mark); \
        const link = Object.assign(document.createElement('a'), { href: '#a%20mark' }); \
        document.querySelector('main').prepend(link); link.click()";
    browser.run(prepare).await;
    browser
        .until("return location.hash === '#a%20mark' && scrollY > 1000")
        .await;
    // The skip link is followed by the browser, which also moves the focus.
    click(&browser, ".skip").await;
    browser
        .until("return location.hash === '#main' && document.activeElement.id === 'main'")
        .await;
    let is_kept = "return window.kept.isConnected && window.kept === document.querySelector('h1')";
    assert_eq!(browser.run(is_kept).await, json!(true));
    browser.go_in_history(-2).await;
    browser.until("return location.hash === ''").await;
    browser.until("return scrollY < 1000").await;
    assert_eq!(browser.run(is_kept).await, json!(true));
    browser.close().await;
}

#[tokio::test]
async fn a_page_of_another_kind_is_a_new_page_and_another_query_is_not() {
    let (Visit { bed: _bed, browser }, paths) = at_issues().await;
    browser
        .run("window.kept = document.querySelector('.issue-table')")
        .await;
    browser.run("scrollTo(0, 400)").await;
    click(&browser, ".issue-title").await;
    browser
        .until("return location.search.includes('issue=')")
        .await;
    let is_kept = "return window.kept.isConnected";
    assert_eq!(browser.run(is_kept).await, json!(true));
    assert_eq!(browser.run("return scrollY").await, json!(400));
    // From one issue to another, in place of the entry; and back to none.
    let count = browser.run("return history.length").await;
    browser
        .run("document.querySelectorAll('.issue-title')[1].click()")
        .await;
    browser
        .until("return document.querySelectorAll('.row[aria-current]').length === 1")
        .await;
    assert_eq!(browser.run("return history.length").await, count);
    browser.go_in_history(-1).await;
    browser.until("return location.search === ''").await;
    assert_eq!(browser.run(is_kept).await, json!(true));
    click(&browser, ".brand").await;
    browser.heading("37 critical issues").await;
    let current = "return document.querySelector('.brand').getAttribute('aria-current')";
    assert_eq!(browser.run(current).await, json!("page"));
    assert_eq!(browser.run(is_kept).await, json!(false));
    browser.go_in_history(-1).await;
    let path = json!(paths.page);
    browser
        .until(&format!(
            "return location.pathname === {path} && !!document.querySelector('.issue-title')"
        ))
        .await;
    assert_eq!(browser.run(current).await, json!(null));
    browser.close().await;
}
