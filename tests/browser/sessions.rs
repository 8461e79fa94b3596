//! The page of the browsers in which a person is signed in.

use serde_json::json;
use tests::{
    Bed,
    browser::{Browser, DESKTOP, PHONE},
    client::Client,
};
use thirtyfour::Key;

use crate::{
    data::{hides, press_key, shows},
    visit::views::every_view,
    visit::{SIGNED_IN, Visit},
};

const HEADING: &str = "Where you are signed in";
const OTHERS: [&str; 3] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
        Chrome/140.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 \
        (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "curl/8.14.1",
];
/// A script that returns the names of the browsers in the table.
const NAMES: &str =
    "return [...document.querySelectorAll('.browsers tbody th')].map(it => it.innerText)";

/// Signs three other browsers in, the one of the last name first.
async fn others(bed: &Bed) -> Vec<Client> {
    let mut all = Vec::new();
    for name in OTHERS.iter().rev() {
        let mut browser = bed.browser().calling_itself(name);
        bed.connect(&mut browser).await;
        all.push(browser);
    }
    all.reverse();
    all
}

/// Opens the page at its address.
async fn open(bed: &Bed, browser: &Browser) {
    browser.go(&format!("{}/sessions", bed.app.url)).await;
    browser.heading(HEADING).await;
}

/// Waits until the table has these browsers.
async fn lists(browser: &Browser, names: &[&str]) {
    let names = json!(names).to_string();
    let script = format!(
        "return JSON.stringify((() => {{ {NAMES} }})()) === {}",
        json!(names)
    );
    browser.until(&script).await;
}

/// Waits until the focus is on an element with this text, which readers may hear more of.
async fn focus_is_on(browser: &Browser, words: &str) {
    let script = format!(
        "return document.activeElement.textContent.replace(/\\s+/g, ' ').trim() === {}",
        json!(words)
    );
    browser.until(&script).await;
}

/// Confirms or cancels the dialog.
async fn answer(browser: &Browser, words: &str) {
    let script = format!(
        "[...document.querySelectorAll('dialog[open] button')]\
            .find(button => button.innerText === '{words}').click()"
    );
    browser.run(&script).await;
    browser
        .until("return !document.querySelector('dialog[open]')")
        .await;
}

async fn is_signed_in(client: &mut Client) -> bool {
    client.get("/api/sessions").await.status == 200
}

/// Answers requests of a method below this path with 503 from now on.
async fn refuses(browser: &Browser, method: &str, path: &str) {
    let body =
        json!({ "title": "t", "status": 503, "code": "unavailable", "request_id": "01JD9Z" });
    let script = format!(
        "window.fetched ??= window.fetch; \
        window.fetch = (request, ...rest) => \
            (request.url ?? request).includes('{path}') && request.method === '{method}' \
            ? Promise.resolve(new Response(JSON.stringify({body}), \
                {{ status: 503, headers: {{ 'content-type': 'application/problem+json' }} }})) \
            : fetched(request, ...rest)"
    );
    browser.run(&script).await;
}

#[tokio::test]
async fn a_person_sees_their_other_browsers_and_ends_them() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let mut others = others(&bed).await;
    // From the account menu, by keys.
    browser
        .run("document.querySelector('[aria-label=\"This browser\"]').focus()")
        .await;
    press_key(&browser, Key::Down).await;
    focus_is_on(&browser, HEADING).await;
    press_key(&browser, Key::Enter).await;
    browser.heading(HEADING).await;
    assert_eq!(browser.run("return location.pathname").await, "/sessions");
    focus_is_on(&browser, HEADING).await;
    assert_eq!(
        browser.run("return document.title").await,
        format!("{HEADING} · Fathom")
    );
    let names = [
        "Chrome on Linux",
        "Chrome on Windows",
        "Safari on iPhone",
        "Browser not recognized",
    ];
    lists(&browser, &names).await;
    shows(&browser, "Every browser that can see").await;
    shows(&browser, "This browser").await;
    shows(&browser, "in 24 h").await;
    let buttons = "return [...document.querySelectorAll('.browsers button')]\
        .map(it => it.textContent.replace(/\\s+/g, ' ').trim())";
    assert_eq!(
        browser.run(buttons).await,
        json!([
            "End Chrome on Windows",
            "End Safari on iPhone",
            "End Browser not recognized"
        ])
    );
    every_view(&browser, "sessions").await;

    // Targets for fingers.
    browser.width(PHONE).await;
    let small = "return [...document.querySelectorAll('main button')]\
        .filter(it => it.checkVisibility() && it.getBoundingClientRect().height < 44).length";
    assert_eq!(browser.run(small).await, 0);
    // The buttons stand at the end of their rows.
    let gap = "const edge = document.querySelector('.browsers').getBoundingClientRect().right; \
        return Math.max(...[...document.querySelectorAll('.browsers button')]\
            .map(it => edge - it.getBoundingClientRect().right)) < 1";
    assert_eq!(browser.run(gap).await, true);
    browser.width(DESKTOP).await;
    assert_eq!(browser.run(gap).await, true);

    // One, by keys: the focus goes to the next one, and at the end to the last one.
    browser
        .run("document.querySelectorAll('.browsers button')[1].focus()")
        .await;
    press_key(&browser, Key::Enter).await;
    lists(&browser, &[names[0], names[1], names[3]]).await;
    focus_is_on(&browser, "End Browser not recognized").await;
    browser
        .until("return document.querySelector('.toast')?.innerText.startsWith('Safari on iPhone is signed out')")
        .await;
    assert!(!is_signed_in(&mut others[1]).await);
    assert!(is_signed_in(&mut others[2]).await);
    press_key(&browser, Key::Enter).await;
    lists(&browser, &names[..2]).await;
    focus_is_on(&browser, "End Chrome on Windows").await;
    press_key(&browser, Key::Enter).await;
    lists(&browser, &names[..1]).await;
    focus_is_on(&browser, HEADING).await;
    shows(&browser, "Only this browser is signed in.").await;
    hides(&browser, "End all others").await;
    every_view(&browser, "sessions-alone").await;
    for other in &mut others {
        assert!(!is_signed_in(other).await);
    }
    // The connection stays.
    browser.press("Connection").await;
    shows(&browser, "Active").await;
    browser.close().await;
}

#[tokio::test]
async fn all_other_browsers_are_ended_after_a_question() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let mut others = others(&bed).await;
    open(&bed, &browser).await;
    browser.press("End all others").await;
    browser
        .until("return document.querySelector('dialog').open")
        .await;
    focus_is_on(&browser, "Cancel").await;
    every_view(&browser, "sessions-end-all").await;
    answer(&browser, "Cancel").await;
    focus_is_on(&browser, "End all others").await;
    assert!(is_signed_in(&mut others[0]).await);

    // One of them has been ended elsewhere, which is no failure.
    let mut first = others.remove(0);
    assert_eq!(first.delete("/api/session").await.status, 204);
    browser.press("End all others").await;
    answer(&browser, "End all others").await;
    lists(&browser, &["Chrome on Linux"]).await;
    shows(&browser, "Only this browser is signed in.").await;
    browser
        .until("return document.querySelector('.toast')?.innerText.startsWith('3 browsers are signed out')")
        .await;
    focus_is_on(&browser, HEADING).await;
    for other in &mut others {
        assert!(!is_signed_in(other).await);
    }
    browser.close().await;
}

#[tokio::test]
async fn what_fails_is_said_and_tried_again() {
    let Visit { mut bed, browser } = Visit::at_overview().await;
    let mut others = others(&bed).await;
    refuses(&browser, "GET", "/api/sessions").await;
    browser
        .run("document.querySelector('.menu a[href=\"/sessions\"]').click()")
        .await;
    browser.heading(HEADING).await;
    shows(&browser, "Fathom can’t reach its own data").await;
    hides(&browser, "tries again automatically").await;
    hides(&browser, "Last used").await;
    every_view(&browser, "sessions-unavailable").await;
    browser.run("window.fetch = fetched").await;
    browser.press("Try now").await;
    shows(&browser, "Safari on iPhone").await;
    hides(&browser, "can’t reach its own data").await;
    focus_is_on(&browser, HEADING).await;

    // Each of them is tried, and what remains is named.
    refuses(&browser, "DELETE", "/api/sessions/").await;
    browser.press("End all others").await;
    answer(&browser, "End all others").await;
    shows(&browser, "3 browsers are still signed in").await;
    every_view(&browser, "sessions-still-signed-in").await;
    assert!(is_signed_in(&mut others[0]).await);
    browser.run("window.fetch = fetched").await;
    browser
        .run("document.querySelectorAll('.browsers button')[0].click()")
        .await;
    shows(&browser, "Safari on iPhone").await;
    hides(&browser, "Chrome on Windows").await;

    // Without an answer.
    bed.app.kill();
    browser
        .run("document.querySelectorAll('.browsers button')[0].click()")
        .await;
    shows(&browser, "Safari on iPhone is still signed in").await;
    every_view(&browser, "sessions-offline").await;
    bed.app.start_again(&[]).await;
    browser.press("Try again").await;
    hides(&browser, "Safari on iPhone").await;
    shows(&browser, "Browser not recognized").await;
    browser.close().await;
}

#[tokio::test]
async fn a_browser_that_is_ended_elsewhere_learns_it() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let mut others = others(&bed).await;
    open(&bed, &browser).await;
    shows(&browser, "Safari on iPhone").await;
    let mut phone = others.remove(1);
    let listed = phone.get("/api/sessions").await.json();
    let sessions = listed["sessions"].as_array().unwrap();
    let this = sessions
        .iter()
        .find(|one| one["browser"] == "Chrome on Linux");
    let path = format!("/api/sessions/{}", this.unwrap()["id"].as_str().unwrap());
    assert_eq!(phone.delete(&path).await.status, 204);
    browser
        .run("document.querySelectorAll('.browsers button')[0].click()")
        .await;
    browser.heading("You are signed out").await;
    assert!(is_signed_in(&mut phone).await);

    // At the address, without a session.
    browser.go(&format!("{}/sessions", bed.app.url)).await;
    browser.heading("You are signed out").await;
    every_view(&browser, "sessions-signed-out").await;
    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;
    browser.press("Allow").await;
    browser.until(SIGNED_IN).await;
    browser.heading(HEADING).await;
    browser.close().await;
}

/// An answer that takes long shows placeholders, in the columns of the table.
#[tokio::test]
async fn placeholders_stand_for_browsers_that_are_being_loaded() {
    let Visit { bed: _bed, browser } = Visit::at_overview().await;
    let hold = "window.fetched = window.fetch; window.fetch = (request, ...rest) => \
        (request.url ?? request).includes('/api/sessions') \
            ? new Promise(done => { window.release = () => done(fetched(request, ...rest)) }) \
            : fetched(request, ...rest)";
    browser.run(hold).await;
    browser
        .run("document.querySelector('.menu a[href=\"/sessions\"]').click()")
        .await;
    browser.heading(HEADING).await;
    browser
        .until("return document.querySelectorAll('.browsers[aria-busy] .skeleton').length === 3")
        .await;
    every_view(&browser, "sessions-loading").await;
    browser.run("window.release()").await;
    shows(&browser, "Only this browser is signed in.").await;
    browser
        .until("return !document.querySelector('.browsers[aria-busy], .skeleton')")
        .await;
    browser.close().await;
}
