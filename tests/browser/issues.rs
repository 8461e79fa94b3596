//! The issues of a project: list, filters, panel, and the messages when Snyk fails.

mod messages;
mod moves;
mod narrow;
mod troubles;

use serde_json::{Value, json};
use tests::{
    Bed,
    browser::{Browser, PHONE},
};
use thirtyfour::Key;

use crate::{
    data::{press_key, shows},
    visit::Visit,
    visit::views::{every_view, every_view_of_phone},
};

/// A project with 231 open issues: 6 critical, 31 high, 88 medium, 104 low, 2 for information.
const PROJECT: &str = "meridian/checkout-gateway";
pub(crate) const ALL_READ: &str = "Showing 231 of 237 issues, updated";

/// The path of the page, and the path of Snyk's API that returns its issues.
#[derive(Debug)]
pub(crate) struct Paths {
    pub(crate) page: String,
    issues: String,
}

pub(crate) async fn paths(browser: &Browser) -> Paths {
    let script = format!(
        "const done = arguments[0]; (async () => {{ \
           const ask = async path => (await fetch(path)).json(); \
           const [one] = (await ask('/api/session')).connections; \
           const org = one.orgs.find(org => org.slug === 'meridian-payments').id; \
           const rest = `/rest/orgs/${{org}}`; \
           const {{ data }} = await ask(`/api/connections/${{one.id}}/snyk${{rest}}/projects?names_start_with={PROJECT}`); \
           const [{{ id }}] = data; \
           done({{ page: `/connections/${{one.id}}/orgs/${{org}}/projects/${{id}}`, \
                  issues: `${{rest}}/issues` }}); }})()"
    );
    let answer = browser.driver.execute_async(&script, Vec::new()).await;
    let answer = answer.unwrap_or_else(|error| panic!("no project: {error}"));
    let path = |name: &str| {
        let path = answer.json()[name].as_str();
        path.unwrap_or_else(|| panic!("no {name}: {}", answer.json()))
            .to_owned()
    };
    Paths {
        page: path("page"),
        issues: path("issues"),
    }
}

/// A visit at the project's issues.
pub(crate) async fn at_issues() -> (Visit, Paths) {
    let visit = Visit::at_overview().await;
    let paths = paths(&visit.browser).await;
    let address = format!("{}{}", visit.bed.app.url, paths.page);
    visit.browser.go(&address).await;
    shows(&visit.browser, ALL_READ).await;
    (visit, paths)
}

async fn rows(browser: &Browser) -> Vec<String> {
    let script = "return [...document.querySelectorAll('.issue-table .row')].slice(0, 12)\
        .map(row => row.innerText.replaceAll('\\n', ' | '))";
    let rows = browser.run(script).await;
    serde_json::from_value(rows).unwrap_or_default()
}

#[tokio::test]
async fn issues_are_listed_worst_first_and_read_beside_the_list() {
    let (Visit { bed, browser }, paths) = at_issues().await;
    browser.heading(PROJECT).await;
    let text = browser.text().await;
    assert!(text.contains("npm, from GitHub"), "{text}");
    let listed = rows(&browser).await;
    assert!(listed.len() >= 10, "{listed:?}");
    assert!(
        listed[..6].iter().all(|row| row.contains("Critical")),
        "{listed:?}"
    );
    assert!(listed[6].contains("High"), "{listed:?}");
    // The requests: this project's, in large pages, and no page twice.
    let requests = bed.sandbox.requests().await;
    let pages: Vec<_> = requests
        .iter()
        .filter(|request| request["path"] == json!(paths.issues))
        .collect();
    assert!(pages.len() >= 3, "{pages:?}");
    every_view(&browser, "issues-none").await;

    // By keyboard: the second row, into the panel, and back.
    browser
        .run("document.querySelector('.issue-title').focus()")
        .await;
    press_key(&browser, Key::Down).await;
    browser
        .until(
            "return document.activeElement.closest('.row')?.getAttribute('aria-rowindex') === '3'",
        )
        .await;
    press_key(&browser, Key::Enter).await;
    browser
        .until("return location.search.startsWith('?issue=') && !!document.querySelector('.row[aria-current]')")
        .await;
    shows(&browser, "Snyk ID").await;
    // The focus stays in the list; the right arrow moves it into the panel, and Escape back.
    browser
        .until(
            "return document.activeElement.closest('.row')?.getAttribute('aria-rowindex') === '3'",
        )
        .await;
    press_key(&browser, Key::Right).await;
    browser
        .until("return document.activeElement.id === 'issue-title'")
        .await;
    press_key(&browser, Key::Escape).await;
    browser
        .until(
            "return document.activeElement.closest('.row')?.getAttribute('aria-rowindex') === '3'",
        )
        .await;
    every_view(&browser, "issues").await;

    // The URL contains the whole state: a reload shows the same.
    let title = browser
        .run("return document.querySelector('#issue-title').innerText")
        .await;
    browser.driver.refresh().await.unwrap();
    shows(&browser, ALL_READ).await;
    let again = browser
        .run("return document.querySelector('#issue-title')?.innerText")
        .await;
    assert_eq!(again, title);
    // Back closes the panel, and does not leave the page.
    browser
        .run("document.querySelector('[aria-label=\"Close\"]').click()")
        .await;
    browser.until("return location.search === ''").await;
    browser.close().await;
}

/// Applies a fault to Snyk's issues from now on.
async fn issues_answer(bed: &Bed, paths: &Paths, times: Option<u64>, skip: u64, fault: Value) {
    let mut rule =
        json!({ "on": { "endpoint": "rest", "path": paths.issues }, "skip": skip, "fault": fault });
    if let Some(times) = times {
        rule["times"] = json!(times);
    }
    bed.sandbox.fault(rule).await;
}

/// A visit at the page, with a fault of Snyk's issues.
async fn at_trouble(times: Option<u64>, skip: u64, fault: Value) -> (Visit, Paths) {
    let visit = Visit::at_overview().await;
    let paths = paths(&visit.browser).await;
    issues_answer(&visit.bed, &paths, times, skip, fault).await;
    let address = format!("{}{}", visit.bed.app.url, paths.page);
    visit.browser.go(&address).await;
    (visit, paths)
}

/// Returns one page of the project's issues as Snyk sends them.
async fn issues_of(browser: &Browser, paths: &Paths) -> Vec<Value> {
    let (connection, rest) = (paths.page.split('/').nth(2), &paths.issues);
    let project = paths.page.rsplit('/').next();
    let (connection, project) = (connection.unwrap_or_default(), project.unwrap_or_default());
    let script = format!(
        "fetch('/api/connections/{connection}/snyk{rest}?limit=100&scan_item.type=project&scan_item.id={project}')\
            .then(answer => answer.json()).then(({{ data }}) => done(data))"
    );
    let issues = browser.run_async(&script).await;
    let issues = issues.as_array().cloned().unwrap_or_default();
    assert!(!issues.is_empty(), "no issues");
    issues
}

/// Revokes the grant at Snyk: the next request finds no valid token, and gets none.
pub(crate) async fn stop(bed: &Bed) {
    bed.sandbox.expire_access_tokens().await;
    let ended = json!({ "kind": "status", "status": 400, "body": { "error": "invalid_grant" } });
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" }, "fault": ended }))
        .await;
}

#[tokio::test]
async fn filters_narrow_the_list_and_live_in_the_address() {
    let (Visit { bed, browser }, paths) = at_issues().await;
    browser
        .run("document.querySelector('.toggle[title=\"Critical\"]').click()")
        .await;
    shows(&browser, "6 of 237 issues").await;
    browser
        .until("return location.search === '?severity=critical'")
        .await;
    browser.press("Fixable only").await;
    browser
        .until("return location.search === '?severity=critical&fixable=yes'")
        .await;
    let listed = rows(&browser).await;
    assert!(
        listed.iter().all(|row| !row.contains("No fix")),
        "{listed:?}"
    );

    // A list box opens, is operated by keyboard, and returns the focus.
    browser.press("Type").await;
    browser
        .until("return document.querySelector('#kind-filter').matches(':popover-open')")
        .await;
    browser.picture("issues-kinds").await;
    browser
        .run("document.querySelector('#kind-filter input').click()")
        .await;
    browser
        .until("return location.search.includes('&kind=')")
        .await;
    press_key(&browser, Key::Escape).await;
    browser
        .until("return !document.querySelector('#kind-filter').matches(':popover-open')")
        .await;

    // Back undoes one change after the other; a link shows the same to another person.
    browser.go_in_history(-1).await;
    browser
        .until("return location.search === '?severity=critical&fixable=yes'")
        .await;
    browser
        .go(&format!(
            "{}{}?severity=low&status=all&ignored=all&sort=-score",
            bed.app.url, paths.page
        ))
        .await;
    shows(&browser, "of 237 issues").await;
    let listed = rows(&browser).await;
    assert!(listed.iter().all(|row| row.contains("Low")), "{listed:?}");
    browser.until("return document.querySelector('.score-column[aria-sort]')?.getAttribute('aria-sort') === 'ascending'").await;
    browser.press("Clear filters").await;
    browser
        .until("return location.search === '?sort=-score'")
        .await;
    shows(&browser, ALL_READ).await;

    // Nothing matches: the message names the filters.
    browser
        .go(&format!("{}{}?kind=cloud", bed.app.url, paths.page))
        .await;
    shows(&browser, "None of the 237 issues match").await;
    shows(&browser, "open, of type cloud resource, not ignored").await;
    every_view(&browser, "issues-nothing-matches").await;
    browser.close().await;
}

#[tokio::test]
async fn a_project_that_is_not_there_is_told_so() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let paths = paths(&browser).await;
    let (above, _) = paths.page.rsplit_once('/').unwrap();
    for none in ["00000000-0000-4000-8000-000000000000", "no-id"] {
        browser.go(&format!("{}{above}/{none}", bed.app.url)).await;
        browser
            .heading("This project doesn’t exist, or this connection can’t see it")
            .await;
        browser
            .until("return !document.querySelector('.issue-table')")
            .await;
    }
    every_view(&browser, "issues-missing").await;
    browser.close().await;
}

#[tokio::test]
async fn sec_64_what_snyk_sends_is_text_and_leads_to_known_places_only() {
    let (Visit { bed, browser }, paths) = at_issues().await;
    // Some titles in the sandbox contain markup.
    let markup = "<script>alert('title')</script> is not escaped";
    shows(&browser, markup).await;
    let open = format!(
        "[...document.querySelectorAll('.issue-title')].find(it => it.innerText === \"{markup}\").click()"
    );
    browser.run(&open).await;
    shows(&browser, "Snyk ID").await;
    let scripts = browser
        .run("return document.querySelectorAll('main script, main img').length")
        .await;
    assert_eq!(scripts, json!(0));
    let links = "return [...document.querySelectorAll('.panel a')]\
        .map(it => [new URL(it.href).protocol, it.rel.includes('noopener')])";
    let links = browser.run(links).await;
    let links = links.as_array().unwrap();
    assert!(!links.is_empty(), "an issue with links");
    assert!(
        links.iter().all(|link| *link == json!(["https:", true])),
        "{links:?}"
    );
    // A URL with an invalid issue, or markup, does no harm.
    browser
        .go(&format!(
            "{}{}?issue=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
            bed.app.url, paths.page
        ))
        .await;
    shows(&browser, "It is not one of this project’s issues").await;
    browser.close().await;
}

#[tokio::test]
async fn on_a_narrow_page_an_issue_is_a_page_of_its_own() {
    let (Visit { bed, browser }, paths) = at_issues().await;
    browser.width(PHONE).await;
    browser
        .until("return !document.querySelector('.panel')")
        .await;
    browser.run("window.scrollTo(0, 1500)").await;
    browser.until("return scrollY === 1500").await;
    let visible = "[...document.querySelectorAll('.issue-title')]\
        .find(it => it.getBoundingClientRect().top > 200)";
    let title = browser.run(&format!("return {visible}.innerText")).await;
    browser.run(&format!("{visible}.click()")).await;
    browser.heading(title.as_str().unwrap()).await;
    browser
        .until("return scrollY === 0 && document.activeElement.id === 'heading'")
        .await;
    browser
        .until("return !document.querySelector('.issue-table')")
        .await;
    every_view_of_phone(&browser, "issue-detail").await;

    browser.press("Next issue").await;
    let next = format!("return document.querySelector('h1').innerText !== {title}");
    browser.until(&next).await;
    browser.press("Previous issue").await;
    browser.heading(title.as_str().unwrap()).await;
    // One step back is the list, at the same position.
    browser.go_in_history(-1).await;
    browser
        .until("return !!document.querySelector('.issue-table') && scrollY === 1500")
        .await;
    let focus = format!("return document.activeElement.innerText === {title}");
    browser.until(&focus).await;
    let page = format!("{}{}", bed.app.url, paths.page);
    assert_eq!(browser.address().await, page);
    browser.close().await;
}
