//! What the page shows of installs, activity and settings.

use serde_json::json;
use tests::browser::{DESKTOP, PHONE};
use thirtyfour::Key;

use super::stub::{open_link, sign_in, visit};
use crate::{
    data::{hides, press_key, rows, shows},
    visit::{Visit, views::every_view},
};

/// A script that returns the names of the installs in the table.
const NAMES: &str = "return [...document.querySelectorAll('.install-table tbody .install-name bdi')]\
    .map(it => it.innerText)";

#[tokio::test]
async fn an_administrator_sees_all_installs_and_finds_one() {
    let Visit { bed, browser } = visit("").await;
    sign_in(&bed, &browser).await;
    shows(&browser, "Nordwind Spedition").await;
    let text = browser.text().await;
    for words in [
        "Administrator, ends in 22 min",
        "Group, 6 organizations",
        "Active, refresh failing",
        "Reconnect needed",
        "1,204",
        "in 41 min",
        "erased",
        "Sign-in failed: it took longer than ten minutes",
        "Tokens replaced, generation 458",
        "REFRESH_UNUSED_CONNECTIONS=on",
    ] {
        assert!(text.contains(words), "{words} in:\n{text}");
    }
    // A name is text, and what it hides is seen.
    shows(&browser, "<img src=x onerror=\"window.hacked=1\">␛[31m").await;
    assert_eq!(browser.run("return window.hacked ?? 0").await, 0);
    assert_eq!(
        browser
            .run("return document.querySelectorAll('main img').length")
            .await,
        0
    );
    // Nothing of a person's connections is in the bar.
    assert_eq!(
        browser
            .run("return document.querySelectorAll('header nav, header .switcher').length")
            .await,
        0
    );
    every_view(&browser, "admin-installs").await;
    browser.width(PHONE).await;
    let small = "return [...document.querySelectorAll('main a, main button, header button')]\
        .filter(it => !it.closest('.event-install'))\
        .filter(it => it.checkVisibility() && it.getBoundingClientRect().height < 44)\
        .map(it => it.innerText + it.getBoundingClientRect().height)";
    assert_eq!(browser.run(small).await, json!([]));
    browser.width(DESKTOP).await;

    // By status, by text, and both from the address.
    browser.press("1 reconnect needed").await;
    browser
        .until(&format!("return (() => {{ {NAMES} }})().length === 1"))
        .await;
    assert_eq!(
        browser.run("return location.search").await,
        "?status=reconnect_needed"
    );
    browser
        .run("document.querySelector('input[type=search]').focus()")
        .await;
    crate::data::press(&browser, "zzz").await;
    shows(
        &browser,
        "No install with the status “reconnect needed” matches “zzz”.",
    )
    .await;
    every_view(&browser, "admin-nothing-found").await;
    browser.press("Clear filters").await;
    browser
        .until(&format!("return (() => {{ {NAMES} }})().length === 8"))
        .await;
    browser
        .go(&format!("{}/admin?q=freight&sort=ending", bed.app.url))
        .await;
    shows(&browser, "Refresh token ends").await;
    browser
        .until(&format!("return (() => {{ {NAMES} }})().length === 1"))
        .await;
    browser.close().await;
}

#[tokio::test]
async fn many_installs_are_shown_a_page_at_a_time_and_sorted() {
    let Visit { bed, browser } = visit("admin.many(340);").await;
    sign_in(&bed, &browser).await;
    shows(&browser, "The first 100 installs").await;
    assert!(rows(&browser).await < 60);
    browser.press("Show more").await;
    shows(&browser, "The first 200 installs").await;
    browser.press("Show more").await;
    browser.press("Show more").await;
    shows(&browser, "340 installs").await;
    hides(&browser, "Show more").await;
    // The first new row has the focus, and keys lead to the last one.
    browser
        .until("return document.activeElement.textContent.includes('Numbered 0301')")
        .await;
    press_key(&browser, Key::End).await;
    browser
        .until("return document.activeElement.textContent.includes('Numbered 0340')")
        .await;
    assert_eq!(
        browser
            .run("return document.querySelector('.install-table').getAttribute('aria-rowcount')")
            .await,
        "341"
    );
    browser.press("Refreshed").await;
    browser
        .until("return location.search === '?sort=refreshed'")
        .await;
    shows(&browser, "The first 100 installs").await;
    browser.close().await;
}

#[tokio::test]
async fn an_install_is_opened_and_disconnected() {
    let Visit { bed, browser } = visit("").await;
    sign_in(&bed, &browser).await;
    shows(&browser, "Łódź Cargo").await;
    // The whole table is one stop; keys move in it.
    browser
        .run("document.querySelector('.install-table a[tabindex=\"0\"]').focus()")
        .await;
    press_key(&browser, Key::End).await;
    press_key(&browser, Key::Home).await;
    browser
        .run(
            "[...document.querySelectorAll('.install-table a')]\
            .find(it => it.textContent.includes('Freight')).click()",
        )
        .await;
    browser.heading("Meridian Freight").await;
    shows(&browser, "Install ID").await;
    shows(&browser, "Tokens replaced, generation 458").await;
    browser
        .until("return document.activeElement.id === 'heading'")
        .await;
    every_view(&browser, "admin-install").await;

    browser.press("Disconnect").await;
    browser
        .until("return document.querySelector('dialog').open")
        .await;
    every_view(&browser, "admin-disconnect").await;
    browser
        .run("admin.faults = { 'DELETE /api/admin/installs': [503, 'unavailable'] }")
        .await;
    let go = "[...document.querySelectorAll('dialog[open] button')].at(-1).click()";
    browser.run(go).await;
    shows(&browser, "The disconnect wasn’t confirmed").await;
    every_view(&browser, "admin-disconnect-failed").await;
    browser
        .run("admin.faults = {}; admin.revocation = 'pending'")
        .await;
    browser.press("Try now").await;
    browser
        .until("return document.querySelector('.toast')?.innerText.includes('Snyk will be told')")
        .await;
    shows(&browser, "Disconnected").await;
    browser
        .until("return !document.querySelector('.ending')")
        .await;
    browser.press("Administration").await;
    browser.heading("Administration").await;
    browser
        .until(
            "return [...document.querySelectorAll('.total')]\
            .some(it => it.innerText.replace(/\\s+/g, ' ') === '2 disconnected')",
        )
        .await;

    browser
        .go(&format!("{}/admin?install=none", bed.app.url))
        .await;
    shows(&browser, "Install not found").await;
    every_view(&browser, "admin-no-install").await;
    browser.close().await;
}

#[tokio::test]
async fn a_disconnect_whose_answer_is_lost_is_looked_up() {
    let Visit { bed, browser } = visit("").await;
    sign_in(&bed, &browser).await;
    browser
        .go(&format!("{}/admin?install=F1", bed.app.url))
        .await;
    browser.heading("Meridian Freight").await;
    let go = "[...document.querySelectorAll('dialog[open] button')].at(-1).click()";
    // Nothing can be reached: nobody knows whether it was disconnected.
    browser
        .run("admin.lost = /installs\\/F1/; document.querySelector('.ending button').click()")
        .await;
    browser.run(go).await;
    shows(&browser, "The disconnect wasn’t confirmed").await;
    shows(&browser, "Active").await;
    // As soon as the install can be read, it tells.
    browser.run("admin.lost = /^DELETE/").await;
    browser.press("Try").await;
    hides(&browser, "The disconnect wasn’t confirmed").await;
    browser
        .until(
            "return document.querySelector('.toast')?.innerText.includes('is disconnected') \
             && !document.querySelector('.ending') && document.activeElement.id === 'heading'",
        )
        .await;
    shows(&browser, "Disconnected").await;
    browser.close().await;
}

#[tokio::test]
async fn what_only_a_newer_server_knows_spoils_no_list() {
    let newer = "admin.events.unshift({ ...admin.events[0], id: '10', kind: 'of_newer' }); \
        admin.installs.push({ ...admin.installs[0], id: 'F9', status: 'of_newer' });";
    let Visit { bed, browser } = visit(newer).await;
    sign_in(&bed, &browser).await;
    shows(&browser, "Łódź Cargo").await;
    shows(&browser, "Sign-in failed").await;
    browser.press("Activity").await;
    shows(&browser, "7 events").await;

    // Nor does a whole page of them end a list.
    browser
        .run(
            "admin.events.unshift(...Array.from({ length: 100 }, (_, at) => \
                ({ ...admin.events[0], id: `newer ${at}`, kind: 'of_newer' })))",
        )
        .await;
    browser.press("Installs").await;
    browser.press("Activity").await;
    browser.press("Show more").await;
    shows(&browser, "Sign-in failed").await;
    browser.close().await;
}

#[tokio::test]
async fn the_parts_are_reached_by_keys_and_have_addresses() {
    let Visit { bed, browser } = visit("").await;
    sign_in(&bed, &browser).await;
    browser
        .run("document.querySelectorAll('.tabs a')[1].focus()")
        .await;
    press_key(&browser, Key::Enter).await;
    browser
        .until("return location.search === '?tab=activity'")
        .await;
    shows(&browser, "Kept for 30 days").await;
    shows(
        &browser,
        "Administrator link refused: it had been used (␛[31m)",
    )
    .await;
    assert_eq!(
        browser.run("return document.title").await,
        "Activity, Administration · Fathom"
    );
    every_view(&browser, "admin-activity").await;
    browser.press("Kind").await;
    browser
        .run("document.querySelector('#kinds input').click()")
        .await;
    browser
        .until("return location.search.includes('kinds=connected')")
        .await;
    hides(&browser, "Tokens replaced, generation").await;
    browser
        .run("document.querySelector('#kinds').hidePopover()")
        .await;
    every_view(&browser, "admin-activity-kinds").await;

    browser
        .run("document.querySelectorAll('.tabs a')[2].focus()")
        .await;
    press_key(&browser, Key::Enter).await;
    shows(&browser, "What this server uses").await;
    let text = browser.text().await;
    for words in [
        "No install was granted “see ignores”",
        "none of 6 active installs has it",
        "After 24 hours",
        "After 30 days",
        "US-01",
        "last accepted by Snyk 3 minutes ago",
        "CLIENT_SECRET_FILE",
        "snyk-app app rotate-secret",
        "k7, for all 5 installs that hold tokens",
    ] {
        assert!(text.contains(words), "{words} in:\n{text}");
    }
    every_view(&browser, "admin-settings").await;
    browser.go_in_history(-1).await;
    browser
        .until("return location.search.includes('kinds=connected')")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn a_server_without_installs_says_so() {
    let Visit { bed, browser } = visit("admin.installs = []; admin.events = [];").await;
    sign_in(&bed, &browser).await;
    shows(&browser, "Nobody has connected yet.").await;
    shows(&browser, "Nothing happened yet.").await;
    every_view(&browser, "admin-empty").await;
    browser.close().await;
}

#[tokio::test]
async fn placeholders_stand_for_what_is_being_loaded() {
    let Visit { bed, browser } = visit("admin.held = /GET .api.admin.installs/;").await;
    open_link(&bed, &browser).await;
    browser.press("Sign in").await;
    browser
        .until(
            "return document.querySelectorAll('.install-table[aria-busy] .skeleton').length === 8",
        )
        .await;
    every_view(&browser, "admin-loading").await;
    browser.run("admin.release()").await;
    shows(&browser, "Meridian Freight").await;
    browser.close().await;
}
