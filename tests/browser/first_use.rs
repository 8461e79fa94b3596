//! What a person meets at a first use: numbers that lead to what they count, a switcher that says
//! whose connection it is, a toast that covers nothing, and filters that can be found.

use serde_json::json;
use tests::browser::{DESKTOP, PHONE};
use thirtyfour::Key;

use crate::{
    data::{hides, press, press_key, projects_of, shows},
    visit::{Visit, views::every_view},
};

/// Focuses the search field of the projects.
const SEARCH: &str = "document.querySelector('[type=search]').focus()";

#[tokio::test]
async fn a_number_of_projects_opens_their_list() {
    let Visit { bed: _bed, browser } = Visit::at_overview().await;
    browser.heading("37 critical issues in 19 projects").await;
    browser
        .run("document.querySelector('.gauge-note a').click()")
        .await;
    browser
        .until("return location.search === '?severity=critical'")
        .await;
    shows(&browser, "19 projects with critical issues").await;
    browser
        .until("return document.activeElement.innerText === '19 projects with critical issues'")
        .await;
    // Of every organization; one row is the head.
    browser
        .until("return document.querySelector('.worst').getAttribute('aria-rowcount') === '20'")
        .await;
    let counts = "return [...document.querySelectorAll('.worst .row .count[data-level=critical]')]\
        .map(count => Number(count.innerText))";
    let counts: Vec<u64> = serde_json::from_value(browser.run(counts).await).unwrap();
    assert!(counts.is_sorted_by(|one, other| one >= other), "{counts:?}");
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    every_view(&browser, "overview-severity").await;

    // Each severity's figure, and back to the worst of all.
    browser
        .run("document.querySelectorAll('.gauge-note a')[1].click()")
        .await;
    browser
        .until("return location.search === '?severity=high'")
        .await;
    shows(&browser, "projects with high issues").await;
    browser.press("Show the worst of all").await;
    shows(&browser, "Worst projects first").await;
    browser.until("return location.search === ''").await;
    browser.close().await;
}

#[tokio::test]
async fn the_bar_says_whose_connection_it_is_and_who_is_signed_in() {
    let Visit { bed: _bed, browser } = Visit::at_overview().await;
    browser
        .until("return document.querySelector('.switcher-button').innerText.startsWith('Group connection')")
        .await;
    browser
        .run("document.querySelector('[popovertarget=this-browser]').click()")
        .await;
    browser
        .until(
            "return document.querySelector('#this-browser').innerText.startsWith(\
            'You are signed in on this browser with the connection Meridian Freight.')",
        )
        .await;
    every_view(&browser, "account-menu").await;
    browser.close().await;
}

#[tokio::test]
async fn a_toast_covers_no_row_and_goes_with_the_page() {
    let Visit { bed: _bed, browser } = Visit::connected().await;
    for width in [PHONE, DESKTOP] {
        browser.width(width).await;
        browser.press("Refresh now").await;
        browser
            .until("return !!document.querySelector('.toast')")
            .await;
        let covers = "const toast = document.querySelector('.toast').getBoundingClientRect(); \
            return [...document.querySelectorAll('td, th, h1, button:not(.toast-close)')].filter(it => { \
                const box = it.getBoundingClientRect(); \
                return box.left < toast.right && toast.left < box.right \
                    && box.top < toast.bottom && toast.top < box.bottom; }).map(it => it.innerText)";
        assert_eq!(browser.run(covers).await, json!([]), "at {width}");
        browser.picture(&format!("toast-{width}")).await;
        browser
            .until("return !document.body.innerText.includes('Loading')")
            .await;
    }
    // A toast of the last second may confirm what led to the page.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    browser.press("Projects").await;
    browser.heading("Projects in").await;
    assert_eq!(
        browser
            .run("return document.querySelectorAll('.toast').length")
            .await,
        0
    );
    browser.close().await;
}

#[tokio::test]
async fn the_search_field_leads_to_the_first_row() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Platform").await;
    browser.go(&address).await;
    shows(&browser, "1,204 projects, updated").await;
    let at_first = "const row = document.activeElement.closest('.row'); \
        return row?.getAttribute('aria-rowindex') === '2' \
            && row.innerText.toLowerCase().includes('fleet')";
    browser.run(SEARCH).await;
    // The key comes before the pause after which the search would begin by itself.
    press(&browser, "fleet").await;
    press_key(&browser, Key::Down).await;
    browser.until(at_first).await;
    browser.until("return location.search === '?q=fleet'").await;
    browser.run(SEARCH).await;
    press_key(&browser, Key::Enter).await;
    browser.until(at_first).await;
    press_key(&browser, Key::Enter).await;
    browser
        .until("return /projects\\/.+/.test(location.pathname)")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn filters_have_words_where_there_is_room_and_show_that_they_scroll_where_not() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Platform").await;
    browser.go(&address).await;
    shows(&browser, "1,204 projects, updated").await;
    let toggle = "document.querySelector('.toggle[title=Critical]')";
    let text = browser
        .run(&format!("return {toggle}.innerText.replace(/\\s+/g, ' ')"))
        .await;
    let text = text.as_str().unwrap();
    let (word, count) = text.split_once(' ').expect("a word and a count");
    assert_eq!(word, "Critical");
    browser.run(&format!("{toggle}.click()")).await;
    shows(&browser, &format!("{count} of 1,204 projects")).await;
    browser.run(&format!("{toggle}.click()")).await;

    browser.width(PHONE).await;
    let fades = "const chips = document.querySelector('.filter-chips'); \
        const { position, backgroundImage } = getComputedStyle(chips, '::after'); \
        return chips.scrollWidth > chips.clientWidth && position === 'sticky' \
            && backgroundImage.includes('gradient')";
    browser.until(fades).await;
    browser
        .until("return getComputedStyle(document.querySelector('.search kbd')).display === 'none'")
        .await;
    // The head's shape stands over the figures of its column.
    let off = "const box = it => it.getBoundingClientRect(); \
        const heads = [...document.querySelectorAll('.projects thead .figure-column .severity')].map(box); \
        const row = [...document.querySelectorAll('.projects tbody .row')]\
            .find(row => row.querySelectorAll('.count').length === 4); \
        const cells = [...row.querySelectorAll('.figure-column')].map(box); \
        return heads.map((head, at) => Math.abs(cells[at].right - head.right))";
    let off: Vec<f64> = serde_json::from_value(browser.run(off).await).unwrap();
    assert_eq!(off.len(), 4);
    assert!(off.iter().all(|off| *off <= 7.0), "{off:?}");
    every_view(&browser, "projects-filters").await;
    browser.close().await;
}

#[tokio::test]
async fn an_empty_page_has_one_strip_and_it_says_what_to_do() {
    let Visit { bed, browser } = Visit::at_consent().await;
    bed.sandbox
        .set(json!({ "grant_scopes": "org.project.read" }))
        .await;
    browser.press("Allow").await;
    browser.heading("No organizations to show").await;
    shows(
        &browser,
        "Not granted: see the organization’s details and settings",
    )
    .await;
    hides(&browser, "can’t be loaded").await;
    let strips = "return document.querySelectorAll('main .notice, .banner').length";
    assert_eq!(browser.run(strips).await, 1);
    every_view(&browser, "overview-without-organizations").await;
    browser.press("Ask again").await;
    browser.heading("asks to read").await;
    browser.close().await;
}
