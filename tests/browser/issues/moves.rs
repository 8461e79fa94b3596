//! Focus, layout stability, and printing.

use serde_json::{Value, json};
use tests::browser::{Browser, PHONE};
use thirtyfour::Key;

use super::{ALL_READ, Paths, at_issues, issues_answer, issues_of};
use crate::{
    data::{hides, press, press_key, rows, shows},
    visit::Visit,
};

/// Waits until the row of this issue has the focus and is visible.
async fn at_row(browser: &Browser, title: &str) {
    let script = format!(
        "const row = document.activeElement.closest('.row'); \
         if (row?.querySelector('.issue-title').innerText !== {}) return false; \
         const {{ top, bottom }} = row.getBoundingClientRect(); \
         return top >= 0 && bottom <= innerHeight",
        json!(title)
    );
    browser.until(&script).await;
}

/// Returns the id and the title of an issue far down in the list.
async fn far_down(browser: &Browser, paths: &Paths) -> (String, String) {
    let issues = issues_of(browser, paths).await;
    let word = |issue: &Value, name: &str| {
        issue["attributes"][name]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let found = issues
        .iter()
        .filter(|issue| {
            word(issue, "status") == "open" && issue["attributes"]["ignored"] == json!(false)
        })
        .find(|issue| word(issue, "effective_severity_level") == "low")
        .expect("an open one that is low");
    (
        found["id"].as_str().unwrap_or_default().to_owned(),
        word(found, "title"),
    )
}

/// Returns a fault that answers with these issues as the only page.
fn only_page(issues: &[Value]) -> Value {
    json!({ "kind": "body", "json":
        { "jsonapi": { "version": "1.0" }, "links": {}, "data": issues } })
}

#[tokio::test]
async fn a_link_to_an_issue_leads_to_its_row_and_the_panel_back_to_it() {
    let (Visit { bed, browser }, paths) = at_issues().await;
    let (id, title) = far_down(&browser, &paths).await;
    browser
        .go(&format!("{}{}?issue={id}", bed.app.url, paths.page))
        .await;
    shows(&browser, ALL_READ).await;
    let row = "document.querySelector('.row[aria-current]')";
    let in_sight = format!(
        "const row = {row}; if (!row) return false; \
         const {{ top, bottom }} = row.getBoundingClientRect(); \
         return top >= 0 && bottom <= innerHeight && row.querySelector('a').tabIndex === 0"
    );
    browser.until(&in_sight).await;
    browser
        .run("scrollTo(0, 0); document.querySelector('#issue-title').focus()")
        .await;
    browser.until("return scrollY === 0").await;
    press_key(&browser, Key::Escape).await;
    at_row(&browser, &title).await;
    browser.run("scrollTo(0, 0)").await;
    browser.until("return scrollY === 0").await;
    browser
        .run("const close = document.querySelector('[aria-label=\"Close\"]'); close.focus({ preventScroll: true }); close.click()")
        .await;
    at_row(&browser, &title).await;
    browser.until("return location.search === ''").await;
    browser.close().await;
}

#[tokio::test]
async fn keys_that_are_the_browsers_stay_the_browsers() {
    let (Visit { bed: _bed, browser }, _) = at_issues().await;
    browser
        .run("document.querySelector('.issue-title').focus()")
        .await;
    press_key(&browser, Key::Enter).await;
    shows(&browser, "Snyk ID").await;
    for (key, with) in [
        ("ArrowRight", "altKey"),
        ("ArrowRight", "metaKey"),
        ("Enter", "ctrlKey"),
        ("Enter", "shiftKey"),
        ("Enter", "metaKey"),
        ("Home", "ctrlKey"),
    ] {
        let script = format!(
            "const event = new KeyboardEvent('keydown', \
                 {{ key: '{key}', {with}: true, bubbles: true, cancelable: true }}); \
             return document.activeElement.dispatchEvent(event) \
                 && document.activeElement.classList.contains('issue-title')"
        );
        assert_eq!(browser.run(&script).await, json!(true), "{with} and {key}");
    }
    browser.close().await;
}

#[tokio::test]
async fn the_keyboard_reaches_everything_in_the_list() {
    let (Visit { bed: _bed, browser }, _) = at_issues().await;
    browser
        .run("document.querySelector('.issue-title').focus()")
        .await;
    let at = |row: &str| {
        format!(
            "return document.activeElement.closest('.row')?.getAttribute('aria-rowindex') === '{row}'"
        )
    };
    for (key, row) in [
        (Key::End, "232"),
        (Key::Up, "231"),
        (Key::Home, "2"),
        (Key::Down, "3"),
        (Key::Down, "4"),
        (Key::Up, "3"),
    ] {
        press_key(&browser, key).await;
        browser.until(&at(row)).await;
    }
    press_key(&browser, Key::PageDown).await;
    browser
        .until("return Number(document.activeElement.closest('.row')?.getAttribute('aria-rowindex')) > 8")
        .await;
    press_key(&browser, Key::PageUp).await;
    browser
        .until("return Number(document.activeElement.closest('.row')?.getAttribute('aria-rowindex')) < 6")
        .await;
    // Narrow: Enter opens a page, and going back returns to the row.
    browser.width(PHONE).await;
    press_key(&browser, Key::End).await;
    browser.until(&at("232")).await;
    let title = browser.run("return document.activeElement.innerText").await;
    press_key(&browser, Key::Enter).await;
    browser.heading(title.as_str().unwrap()).await;
    browser
        .until("return document.activeElement.id === 'heading'")
        .await;
    browser
        .run("document.querySelector('.crumbs a').click()")
        .await;
    at_row(&browser, title.as_str().unwrap()).await;
    browser.close().await;
}

#[tokio::test]
async fn a_list_that_is_read_again_does_not_move_under_the_focus() {
    let (Visit { bed, browser }, paths) = at_issues().await;
    let mut issues = issues_of(&browser, &paths).await;
    issues_answer(&bed, &paths, None, 0, only_page(&issues)).await;
    browser.driver.refresh().await.unwrap();
    shows(&browser, "100 issues, updated").await;
    browser
        .run("document.querySelector('.issue-title').focus(); document.activeElement.marked = true")
        .await;
    press_key(&browser, Key::Down).await;
    browser.run("document.activeElement.marked = true").await;
    let here = "document.activeElement.marked === true \
        && document.activeElement.closest('.row').getAttribute('aria-rowindex')";
    let read_again = "[...document.querySelectorAll('button')]\
        .find(it => it.innerText === 'Refresh').click()";
    // The same issues: nothing changes.
    let before = bed.sandbox.seen(&paths.issues).await;
    browser.run(read_again).await;
    while bed.sandbox.seen(&paths.issues).await == before {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    shows(&browser, "100 issues, updated").await;
    assert_eq!(browser.run(&format!("return {here}")).await, json!("3"));

    // A new issue at the top is not inserted until the person requests it.
    let mut new = issues[0].clone();
    new["id"] = json!("00000000-0000-4000-8000-000000000001");
    new["attributes"]["title"] = json!("The newest of all");
    new["attributes"]["status"] = json!("open");
    new["attributes"]["ignored"] = json!(false);
    new["attributes"]["effective_severity_level"] = json!("critical");
    new["attributes"]["risk"] = json!({ "score": { "model": "v5", "value": 1000 } });
    issues.insert(0, new);
    bed.sandbox.heal().await;
    issues_answer(&bed, &paths, None, 0, only_page(&issues)).await;
    let title = browser.run("return document.activeElement.innerText").await;
    browser.run(read_again).await;
    shows(&browser, "1 new issue. Show").await;
    assert_eq!(browser.run(&format!("return {here}")).await, json!("3"));
    browser
        .run("[...document.querySelectorAll('button')].find(it => it.innerText.includes('Show')).click()")
        .await;
    shows(&browser, "The newest of all").await;
    let stays = format!("return document.activeElement.innerText === {title}");
    browser.until(&stays).await;
    browser.close().await;
}

#[tokio::test]
async fn a_list_that_goes_under_the_pointer_holds_nothing_when_it_is_back() {
    let (Visit { bed, browser }, paths) = at_issues().await;
    let mut issues = issues_of(&browser, &paths).await;
    issues_answer(&bed, &paths, None, 0, only_page(&issues)).await;
    browser.driver.refresh().await.unwrap();
    shows(&browser, "100 issues, updated").await;
    browser
        .point_at("document.querySelectorAll('.issue-table .row a')")
        .await;
    // By the URL alone: nothing matches, and the table disappears under the pointer.
    let choose = |query: &str| {
        format!(
            "const link = document.createElement('a'); link.href = location.pathname + '{query}'; \
             document.body.append(link); link.click(); link.remove()"
        )
    };
    browser.run(&choose("?kind=cloud")).await;
    shows(&browser, "None of the 100 issues match").await;
    let away = json!({ "type": "mouseMoved", "x": 5, "y": 5, "button": "none" });
    browser.devtools("Input.dispatchMouseEvent", away).await;
    browser.run(&choose("")).await;
    browser
        .until("return !!document.querySelector('.issue-title')")
        .await;
    issues.remove(0);
    bed.sandbox.heal().await;
    issues_answer(&bed, &paths, None, 0, only_page(&issues)).await;
    browser
        .run("[...document.querySelectorAll('button')].find(it => it.innerText === 'Refresh').click()")
        .await;
    // The pointer is not on a row, so the new rows are inserted by themselves.
    shows(&browser, "99 issues, updated").await;
    hides(&browser, "Show").await;
    browser.close().await;
}

#[tokio::test]
async fn list_and_panel_stand_side_by_side_or_not_at_all() {
    let (Visit { bed: _bed, browser }, _) = at_issues().await;
    browser.width(1_085).await;
    browser
        .until("return !!document.querySelector('.panel')")
        .await;
    let beside = "const [list, panel] = ['.issue-list', '.panel'].map(it => \
            document.querySelector(it).getBoundingClientRect()); \
        return panel.left >= list.right && Math.abs(panel.top - list.top) < 2";
    browser.until(beside).await;
    // The width of a scroll bar.
    browser
        .run("document.querySelector('main').style.width = '1000px'")
        .await;
    browser.until(beside).await;
    browser.close().await;
}

#[tokio::test]
async fn it_says_which_rows_are_in_sight_and_every_cell_has_its_head() {
    let (Visit { bed: _bed, browser }, _) = at_issues().await;
    shows(&browser, "Rows 1 to").await;
    shows(&browser, "of 231").await;
    browser.width(PHONE).await;
    let heads = "return [...document.querySelectorAll('.issue-table th')]\
        .filter(it => getComputedStyle(it).display !== 'none').length === 5";
    browser.until(heads).await;
    let high = "return [...document.querySelectorAll('.issue-table .sort')]\
        .filter(it => it.offsetWidth > 2).every(it => it.offsetHeight >= 44)";
    browser.until(high).await;
    browser.run("scrollTo(0, 1e9)").await;
    shows(&browser, "to 231 of 231").await;
    browser.close().await;
}

#[tokio::test]
async fn the_list_is_printed_whole_and_alone() {
    let (Visit { bed: _bed, browser }, _) = at_issues().await;
    let few = rows(&browser).await;
    assert!(few < 60, "{few} rows");
    browser
        .run(
            "window.most = 0; const rows = () => document.querySelectorAll('.issue-table .row').length; \
             new MutationObserver(() => { window.most = Math.max(window.most, rows()) })\
                .observe(document.querySelector('.issue-table tbody'), { childList: true })",
        )
        .await;
    let pdf = browser
        .devtools("Page.printToPDF", json!({ "printBackground": true }))
        .await;
    assert!(pdf["data"].as_str().is_some_and(|pdf| pdf.len() > 10_000));
    browser.until("return window.most === 231").await;
    browser
        .until("return document.querySelectorAll('.issue-table .row').length < 60")
        .await;
    // Controls are not printed.
    let print = json!({ "media": "print" });
    browser.devtools("Emulation.setEmulatedMedia", print).await;
    let pressed = "return [...document.querySelectorAll('button, nav a, footer, .panel, [popover]')]\
        .filter(it => it.offsetHeight > 0 && !it.closest('th')).map(it => it.outerHTML.slice(0, 90))";
    assert_eq!(browser.run(pressed).await, json!([]));
    browser.picture("issues-print").await;
    browser.close().await;
}

#[tokio::test]
async fn a_letter_in_a_menu_jumps_and_a_shortcut_does_not() {
    let (Visit { bed: _bed, browser }, _) = at_issues().await;
    browser.press("Status").await;
    browser
        .until("return document.querySelector('#status-filter').matches(':popover-open')")
        .await;
    browser
        .run("document.querySelector('#status-filter input').focus()")
        .await;
    let left = "const event = new KeyboardEvent('keydown', \
            { key: 'r', ctrlKey: true, bubbles: true, cancelable: true }); \
        return document.activeElement.dispatchEvent(event)";
    assert_eq!(browser.run(left).await, json!(true), "Ctrl and R");
    press(&browser, "r").await;
    browser
        .until("return document.activeElement.closest('label')?.innerText.startsWith('Resolved')")
        .await;
    browser.close().await;
}
