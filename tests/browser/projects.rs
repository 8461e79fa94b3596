//! The projects of an organization: any number of them, with few rows rendered.

use serde_json::json;
use thirtyfour::Key;

use crate::{
    data::{hides, on_projects, org, press, press_key, projects_of, rows, shows},
    visit::Visit,
    visit::views::every_view,
};

/// Maximum number of rendered rows: those in view, ten on either side, and a margin for rounding.
const MAX_ROWS: u64 = 60;

#[tokio::test]
async fn four_thousand_projects_are_a_table_of_few_rows() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Payments").await;
    browser.go(&address).await;
    browser.heading("Projects in Meridian Payments").await;
    shows(&browser, "4,012 projects, updated").await;
    shows(&browser, "of 4,012").await;
    browser
        .until("return document.querySelector('table').getAttribute('aria-rowcount') === '4013'")
        .await;
    assert!(rows(&browser).await <= MAX_ROWS);
    browser
        .run("scrollTo(0, document.documentElement.scrollHeight / 2)")
        .await;
    browser
        .until(
            "return [...document.querySelectorAll('tbody .row')]\
            .some(row => Number(row.getAttribute('aria-rowindex')) > 1900)",
        )
        .await;
    assert!(rows(&browser).await <= MAX_ROWS);
    browser.run("scrollTo(0, 1e9)").await;
    shows(&browser, "to 4,012 of 4,012").await;
    browser.close().await;
}

#[tokio::test]
async fn filters_live_in_the_address() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Platform").await;
    browser.go(&address).await;
    shows(&browser, "1,204 projects, updated").await;
    browser
        .run("document.querySelector('[type=search]').focus()")
        .await;
    press(&browser, "meridian").await;
    browser
        .until("return location.search === '?q=meridian'")
        .await;
    browser
        .run("document.querySelector('.toggle[title=Critical]').click()")
        .await;
    browser
        .run("document.querySelector('.toggle[title=High]').click()")
        .await;
    let critical_or_high = "return location.search === '?q=meridian&severity=critical,high'";
    browser.until(critical_or_high).await;
    browser.press("Origin").await;
    browser
        .until(
            "return [...document.querySelectorAll('#origin label')]\
            .some(label => label.innerText.includes('GitLab'))",
        )
        .await;
    browser
        .run(
            "[...document.querySelectorAll('#origin label')]\
            .find(label => label.innerText.includes('GitLab')).click()",
        )
        .await;
    shows(
        &browser,
        "with critical or high issues, from GitLab, matching “meridian”",
    )
    .await;
    press_key(&browser, Key::Escape).await;
    let matching = browser
        .run("return document.querySelector('.sentence strong').innerText")
        .await;
    every_view(&browser, "projects-filtered").await;

    browser.driver.refresh().await.unwrap();
    shows(&browser, "from GitLab, matching “meridian”").await;
    shows(&browser, "1,204 projects, updated").await;
    let again = browser
        .run("return document.querySelector('.sentence strong').innerText")
        .await;
    assert_eq!(again, matching);
    let typed = browser
        .run("return document.querySelector('[type=search]').value")
        .await;
    assert_eq!(typed, json!("meridian"));

    browser.go_in_history(-1).await;
    browser.until(critical_or_high).await;
    hides(&browser, "from GitLab").await;
    browser.press("Clear filters").await;
    browser.until("return location.search === ''").await;
    browser
        .until("return document.querySelector('[type=search]').value === ''")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn nothing_that_matches_is_told_and_taken_back() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Platform").await;
    browser
        .go(&format!(
            "{address}?q=chekout&severity=critical&origin=github"
        ))
        .await;
    shows(&browser, "No projects match “chekout”").await;
    shows(
        &browser,
        "Searched 1,204 projects. Filters: with critical issues, from GitHub.",
    )
    .await;
    every_view(&browser, "projects-none").await;
    browser
        .run("document.querySelector('.empty button').click()")
        .await;
    shows(&browser, "Rows 1 to").await;
    browser.close().await;
}

#[tokio::test]
async fn a_sorted_head_says_so_and_the_address_too() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Platform").await;
    browser.go(&address).await;
    shows(&browser, "1,204 projects, updated").await;
    let sorted = |name: &str, way: &str| {
        format!(
            "const head = [...document.querySelectorAll('th[aria-sort]')]; return head.length === 1 \
             && head[0].innerText.includes('{name}') && head[0].getAttribute('aria-sort') === '{way}'"
        )
    };
    browser.until(&sorted("Critical", "descending")).await;
    let press_head = "[...document.querySelectorAll('th button')]\
        .find(button => button.innerText.includes('Project')).click()";
    browser.run(press_head).await;
    browser.until(&sorted("Project", "ascending")).await;
    browser.run(press_head).await;
    browser.until(&sorted("Project", "descending")).await;
    browser
        .until("return location.search === '?sort=-name'")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn the_keyboard_is_enough() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Platform").await;
    browser.go(&address).await;
    shows(&browser, "1,204 projects, updated").await;
    press(&browser, "/").await;
    browser
        .until("return document.activeElement.type === 'search'")
        .await;
    press(&browser, "meridian").await;
    browser.until("return location.search.length > 0").await;
    press_key(&browser, Key::Escape).await;
    browser.until("return location.search === ''").await;

    // Tab enters the table once, and leaves it once.
    let row = "return document.activeElement.closest('.row')?.getAttribute('aria-rowindex')";
    for _ in 0..30 {
        if browser.run(row).await.is_string() {
            break;
        }
        press_key(&browser, Key::Tab).await;
    }
    let at = |row: usize| {
        format!(
            "return document.activeElement.closest('.row')?.getAttribute('aria-rowindex') === '{row}'"
        )
    };
    browser.until(&at(2)).await;
    for _ in 0..3 {
        press_key(&browser, Key::Down).await;
    }
    browser.until(&at(5)).await;
    press_key(&browser, Key::End).await;
    browser.until(&at(1_205)).await;
    // The focused row is neither behind the sticky header nor below the window.
    browser
        .until(
            "const { top, bottom } = document.activeElement.getBoundingClientRect(); \
            return top > 0 && bottom < innerHeight",
        )
        .await;
    press_key(&browser, Key::Home).await;
    browser.until(&at(2)).await;
    press_key(&browser, Key::Tab).await;
    assert!(
        !browser.run(row).await.is_string(),
        "a second stop in the table"
    );
    browser.close().await;
}

#[tokio::test]
async fn a_page_that_fails_leaves_what_is_there_and_reading_goes_on_from_there() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Platform").await;
    let platform = org(&browser, "Meridian Platform").await;
    hides(&browser, "Still loading").await;
    let path = format!("/rest/orgs/{platform}/projects");
    let before = bed.sandbox.seen(&path).await;
    let mut fault = on_projects(&platform, &json!({ "kind": "status", "status": 500 }));
    // The count, and three pages.
    fault["skip"] = json!(4);
    bed.sandbox.fault(fault).await;
    browser.go(&address).await;
    shows(&browser, "904 more could not be loaded").await;
    shows(&browser, "300 projects").await;
    assert!(rows(&browser).await > 0);
    every_view(&browser, "projects-failed").await;
    bed.sandbox.heal().await;
    browser.press("Try again").await;
    shows(&browser, "1,204 projects, updated").await;
    hides(&browser, "could not be loaded").await;
    // The count twice, thirteen pages, and the page that failed three times.
    assert_eq!(bed.sandbox.seen(&path).await - before, 2 + 13 + 3);
    browser.close().await;
}

#[tokio::test]
async fn rows_that_were_read_again_wait_while_the_focus_is_on_a_row() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Platform").await;
    browser.go(&address).await;
    shows(&browser, "1,204 projects, updated").await;
    browser.press("Refresh").await;
    browser
        .run("document.querySelector('tbody .row a').focus()")
        .await;
    shows(&browser, "Updated. Show changes").await;
    let is_there = "return !!document.activeElement.closest('tbody .row')";
    assert_eq!(browser.run(is_there).await, json!(true));
    // On the way from the row to the button, the button stays; and the focus stays on it.
    browser
        .run("document.querySelector('.fresh').focus()")
        .await;
    shows(&browser, "Updated. Show changes").await;
    browser.press("Updated. Show changes").await;
    browser
        .until("return document.activeElement.innerText === 'Shown'")
        .await;
    browser.run("document.activeElement.blur()").await;
    hides(&browser, "Shown").await;
    shows(&browser, "Rows 1 to").await;

    // Nothing holds the rows any more, so they are inserted by themselves.
    browser.press("Refresh").await;
    browser
        .run("document.querySelector('tbody .row a').focus()")
        .await;
    shows(&browser, "Updated. Show changes").await;
    browser.run("document.activeElement.blur()").await;
    hides(&browser, "Updated. Show changes").await;
    browser.close().await;
}

#[tokio::test]
async fn the_other_organizations_are_one_press_away() {
    let Visit { bed: _bed, browser } = Visit::at_overview().await;
    browser.press("Projects").await;
    browser.heading("Projects in Meridian Platform").await;
    browser
        .run("document.querySelector('.heading-switch').click()")
        .await;
    browser.press("Équipe données").await;
    browser
        .heading("Projects in Équipe données, Montréal")
        .await;
    shows(&browser, "96 projects, updated").await;
    let equipe = org(&browser, "Équipe données, Montréal").await;
    assert!(browser.address().await.contains(&equipe));
    browser.close().await;
}
