//! A browser that rejects history calls, as Safari does after a hundred calls in ten seconds: the
//! page continues, and the URL is updated once possible.

use serde_json::{Value, json};
use tests::browser::Browser;

use crate::{
    data::{projects_of, shows},
    issues::at_issues,
    visit::{HAS_ORGANIZATIONS, Visit},
};

/// Returns a script that counts the history calls and rejects those beyond `most` in ten seconds.
fn refusing(most: u32) -> String {
    format!(
        "window.calls ??= []; window.most = {most}; \
         for (const name of ['pushState', 'replaceState']) {{ \
             const real = History.prototype[name]; \
             History.prototype[name] = function (...all) {{ \
                 const now = performance.now(); \
                 calls.push(now); \
                 if (calls.filter(at => now - at < 10000).length > window.most) \
                     throw new DOMException('The operation is insecure.', 'SecurityError'); \
                 return real.apply(this, all); \
             }}; \
         }}"
    )
}

/// Installs the script in every page from now on, before any script of the page.
async fn refuse(browser: &Browser, most: u32) {
    let source = json!({ "source": refusing(most) });
    browser
        .devtools("Page.addScriptToEvaluateOnNewDocument", source)
        .await;
}

async fn calls(browser: &Browser) -> u64 {
    let calls = browser.run("return calls.length").await;
    calls.as_u64().expect("a number")
}

/// Navigates by links from the overview to an issue and to the connection.
async fn walk(browser: &Browser) {
    browser.heading("37 critical issues").await;
    browser.press("Projects").await;
    browser.heading("Projects in Meridian Platform").await;
    shows(browser, "1,204 projects, updated").await;
    browser.press("Project").await;
    let sorted = "return !!document.querySelector('th[aria-sort] .sort')";
    browser.until(sorted).await;
    browser
        .run("document.querySelector('.toggle[title=\"Critical\"]').click()")
        .await;
    shows(browser, "of 1,204 projects").await;
    browser
        .run("document.querySelector('tbody .row a').click()")
        .await;
    browser
        .until("return !!document.querySelector('.issue-title')")
        .await;
    browser
        .run("document.querySelector('.issue-title').click()")
        .await;
    shows(browser, "Snyk ID").await;
    // A link within the page is relative to the current page, not to the outdated URL.
    let link = "return document.querySelector('.issue-title').href.includes('/orgs/')";
    assert_eq!(browser.run(link).await, json!(true));
    browser.press("Connection").await;
    browser.until(HAS_ORGANIZATIONS).await;
    browser.press("Overview").await;
    browser.heading("37 critical issues").await;
}

#[tokio::test]
async fn a_browser_that_refuses_every_history_call_shows_every_page_and_catches_up() {
    let Visit { bed: _bed, browser } = Visit::at_overview().await;
    refuse(&browser, 0).await;
    let address = browser.address().await;
    browser.driver.refresh().await.unwrap();
    walk(&browser).await;
    browser.press("Connection").await;
    browser.until(HAS_ORGANIZATIONS).await;
    assert_eq!(browser.address().await, address, "nothing could be written");
    let tried = calls(&browser).await;
    assert!(tried < 60, "{tried} calls, each of them in vain");
    // Calls are permitted again: the URL is that of the page, and Back leads to the previous page.
    browser.run("window.most = 1000").await;
    browser
        .until("return /^\\/connections\\/[^/]+$/.test(location.pathname)")
        .await;
    browser.press("Projects").await;
    browser.heading("Projects in Meridian Platform").await;
    browser
        .until("return location.pathname.endsWith('/projects')")
        .await;
    browser.go_in_history(-1).await;
    browser.until(HAS_ORGANIZATIONS).await;
    browser.close().await;
}

#[tokio::test]
async fn a_page_that_was_reached_in_vain_is_left_by_a_link_to_where_the_address_stands() {
    let Visit { bed: _bed, browser } = Visit::at_overview().await;
    browser.heading("37 critical issues").await;
    browser.press("Connection").await;
    browser.until(HAS_ORGANIZATIONS).await;
    browser.run(&refusing(0)).await;
    browser.press("Overview").await;
    browser.heading("37 critical issues").await;
    // Back to the page of the outdated URL.
    browser.press("Connection").await;
    browser.until(HAS_ORGANIZATIONS).await;
    browser.run("window.most = 1000").await;
    browser.press("Overview").await;
    browser.heading("37 critical issues").await;
    browser
        .until("return location.pathname.endsWith('/overview')")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn what_stands_in_the_way_of_the_history_later_is_outlived_too() {
    let Visit { bed: _bed, browser } = Visit::at_overview().await;
    // Wraps the object's methods, as a browser extension does.
    let wrap = "for (const name of ['pushState', 'replaceState']) { \
            const before = history[name]; window.wrapped = 0; \
            history[name] = function (...all) { wrapped += 1; return before.apply(this, all) }; \
        }";
    browser.run(wrap).await;
    browser.press("Projects").await;
    browser.heading("Projects in Meridian Platform").await;
    browser
        .until("return location.pathname.endsWith('/projects') && wrapped > 0 && wrapped < 10")
        .await;
    let refuse = "for (const name of ['pushState', 'replaceState']) \
        history[name] = () => { throw new DOMException('No.', 'SecurityError') }";
    browser.run(refuse).await;
    browser.press("Overview").await;
    walk(&browser).await;
    browser.close().await;
}

#[tokio::test]
async fn a_flood_of_choices_is_a_few_calls_and_the_last_choice_stands_in_the_address() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Platform").await;
    refuse(&browser, 100).await;
    browser.go(&address).await;
    shows(&browser, "1,204 projects, updated").await;
    let before = calls(&browser).await;
    // As fast as a held key repeats, by any input device: 44 a second.
    let flood = "const began = performance.now(); const press = left => { \
            document.querySelector('th .sort').click(); \
            left > 0 ? setTimeout(press, 22, left - 1) : done(performance.now() - began) \
        }; press(219)";
    let lasted = browser.run_async(flood).await.as_f64().expect("a time");
    let made = calls(&browser).await - before;
    // Some at once, then three a second, for as long as it lasts on this machine.
    let made = u32::try_from(made).expect("a small number");
    assert!(
        f64::from(made) <= 10.0 + lasted / 300.0,
        "{made} calls for 220 presses in {lasted} ms"
    );
    let sorted = browser
        .run("return document.querySelector('th[aria-sort]')?.getAttribute('aria-sort')")
        .await;
    let says = format!(
        "const it = new URLSearchParams(location.search).get('sort') ?? ''; \
         return {sorted} === null ? it === '' : it !== '' && it.startsWith('-') === ({sorted} === 'descending')"
    );
    browser.until(&says).await;
    browser.close().await;
}

#[tokio::test]
async fn a_key_that_is_held_presses_once() {
    let (Visit { bed: _bed, browser }, _) = at_issues().await;
    browser.run(&refusing(100)).await;
    let before = calls(&browser).await;
    // A column header, a filter, and the link of a row.
    for (find, is_done) in [
        ("th .sort", "location.search.startsWith('?sort=')"),
        (
            ".toggle[title=\"Low\"]",
            "location.search.includes('severity=low')",
        ),
        (".issue-title", "location.search.includes('issue=')"),
    ] {
        browser
            .run(&format!("document.querySelector('{find}').focus()"))
            .await;
        browser.hold_key("Enter", 60).await;
        browser.until(&format!("return {is_done}")).await;
    }
    browser.run_async("setTimeout(() => done(0), 1000)").await;
    let made = calls(&browser).await - before;
    assert_eq!(made, 3, "one call for one intent");
    for (key, repeats) in [("ArrowDown", 100), ("ArrowUp", 100), ("PageDown", 20)] {
        browser
            .run("document.querySelector('.issue-title').focus()")
            .await;
        browser.hold_key(key, repeats).await;
    }
    let after: Value = browser.run("return calls.length").await;
    assert_eq!(
        after.as_u64(),
        Some(before + 3),
        "for going from row to row"
    );
    browser.close().await;
}

#[tokio::test]
async fn what_is_typed_into_a_search_is_written_once_it_rests() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Platform").await;
    refuse(&browser, 30).await;
    browser.go(&address).await;
    shows(&browser, "1,204 projects, updated").await;
    let before = calls(&browser).await;
    // Slowly enough that each letter is a separate search.
    let typing = "const field = document.querySelector('[type=search]'); \
        const type = at => { \
            field.value = 'meridian/checkout'.slice(0, at); \
            field.dispatchEvent(new Event('input', { bubbles: true })); \
            at < 17 ? setTimeout(type, 170, at + 1) : done(0) \
        }; type(1)";
    browser.run_async(typing).await;
    browser
        .until("return new URLSearchParams(location.search).get('q') === 'meridian/checkout'")
        .await;
    let made = calls(&browser).await - before;
    assert!(made < 18, "{made} calls");
    browser.close().await;
}
