//! Intermediaries between the page and its server: no response, responses of others, and missing
//! headers and cookies. Each results in a message with a way out, and none lasts for ever.

use serde_json::json;
use tests::{
    Bed,
    browser::Browser,
    gateway::{Gateway, Rule},
};

use crate::{
    data::{hides, shows},
    visit::SIGNED_IN,
};

const SLOW: &str = "server did not answer in time";
const SOMETHING: &str = "Something between this page and its server answered in its place";
const CONNECT: &str = "return [...document.querySelectorAll('main button')].some(button => \
    button.innerText === 'Connect to the sandbox' && !button.ariaDisabled)";
const SIGN_IN_PAGE: Rule =
    Rule::Answer("302 Found", "location: https://login.example.com/\r\n", "");

/// Returns typical responses of gateways, captive portals and firewalls.
fn answers_of_others() -> [Rule; 7] {
    let html = "content-type: text/html\r\n";
    let json = "content-type: application/json\r\n";
    [
        SIGN_IN_PAGE,
        Rule::Answer("302 Found", "location: /sign-in\r\n", ""),
        Rule::Answer("200 OK", html, "<h1>Welcome to our Wi-Fi</h1>"),
        Rule::Answer("401 Unauthorized", html, "<h1>Sign in</h1>"),
        Rule::Answer("403 Forbidden", json, r#"{"message":"Forbidden"}"#),
        Rule::Answer("502 Bad Gateway", html, "<h1>502</h1>"),
        Rule::Answer("200 OK", json, r#"{"error":"sign in first"}"#),
    ]
}

async fn open() -> (Gateway, Bed, Browser) {
    let (gateway, bed) = Gateway::with_bed().await;
    let browser = Browser::open().await;
    (gateway, bed, browser)
}

/// Shortens timers of these durations, in milliseconds, to a second, in every document from now on:
/// the page's time-outs, and none of its other timers.
pub(crate) async fn impatient(browser: &Browser, waits: &[u32]) {
    let script = format!(
        "{{ const wait = window.setTimeout; window.setTimeout = (then, ms, ...rest) => \
            wait(then, {waits:?}.includes(ms) ? 1000 : ms, ...rest) }}"
    );
    browser
        .devtools(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": script }),
        )
        .await;
}

/// Connects, up to the overview.
pub(crate) async fn connect(gateway: &Gateway, browser: &Browser) {
    browser.go(&gateway.url).await;
    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;
    browser.press("Allow").await;
    browser.until(SIGNED_IN).await;
    browser.heading("critical issues").await;
}

/// Checks that the message names no request id, because none was received, and blames no one.
async fn blames_nobody(browser: &Browser) {
    let text = browser.text().await.to_lowercase();
    for words in ["request id", "offline", "on our side"] {
        assert!(!text.contains(words), "{words}:\n{text}");
    }
}

#[tokio::test]
async fn a_list_that_nobody_answers_ends_in_words_and_goes_on_by_hand() {
    let (gateway, _bed, browser) = open().await;
    impatient(&browser, &[60_000]).await;
    connect(&gateway, &browser).await;
    for rule in [Rule::Silent, Rule::HalfAnAnswer] {
        gateway.treat("GET /api/connections/", rule);
        browser.press("Projects").await;
        browser.run("location.reload()").await;
        shows(&browser, SLOW).await;
        gateway.heal();
        browser.press("Try again").await;
        hides(&browser, SLOW).await;
        shows(&browser, "projects, updated").await;
        // Loaded data is kept, and can be read again.
        browser.press("Refresh").await;
        shows(&browser, "projects, updated").await;
    }
    browser.close().await;
}

#[tokio::test]
async fn a_request_that_hangs_is_sent_again_when_the_network_is_back() {
    let (gateway, _bed, browser) = open().await;
    connect(&gateway, &browser).await;
    gateway.treat("GET /api/connections/", Rule::Silent);
    browser.press("Projects").await;
    browser.run("location.reload()").await;
    browser.heading("Projects in").await;
    // Long enough that the request would have been sent over a broken network.
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    gateway.heal();
    browser.run("dispatchEvent(new Event('online'))").await;
    shows(&browser, "projects, updated").await;
    browser.close().await;
}

#[tokio::test]
async fn a_start_or_a_sign_in_that_nobody_answers_ends_in_words_and_the_button_works_again() {
    let (gateway, _bed, browser) = open().await;
    impatient(&browser, &[30_000, 110_000]).await;
    gateway.treat("GET /api/session", Rule::Silent);
    browser.go(&gateway.url).await;
    shows(&browser, SLOW).await;
    gateway.heal();
    browser.press("Try again").await;
    browser.until(CONNECT).await;

    gateway.treat("POST /api/login", Rule::Silent);
    browser.press("Connect to the sandbox").await;
    shows(&browser, SLOW).await;
    browser.until(CONNECT).await;
    gateway.heal();
    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;

    gateway.treat("POST /api/connections", Rule::Silent);
    browser.press("Allow").await;
    browser.heading(SLOW).await;
    shows(&browser, "The sign-in was not finished").await;
    gateway.heal();
    browser.press("Start again").await;
    browser.heading("asks to read").await;
    browser.close().await;
}

#[tokio::test]
async fn leaving_for_the_consent_page_that_is_stopped_leaves_a_button_that_works() {
    let (gateway, mut bed, browser) = open().await;
    // Nothing answers there, as on a network that drops every packet.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = format!("http://{}", silent.local_addr().unwrap());
    bed.app.start_again(&[("SNYK_APP_URL", &nowhere)]).await;
    browser.go(&gateway.url).await;
    browser
        .until("return !!document.querySelector('main button:not([aria-disabled])')")
        .await;
    // As the Esc key does.
    let stop = "document.querySelector('main .connect button').click(); \
        setTimeout(() => { window.was = document.querySelector('main .connect button').innerText; \
            window.stop() }, 1500)";
    browser.run(stop).await;
    browser.until("return window.was === 'Connecting'").await;
    browser
        .until("return !document.querySelector('main .connect button').ariaDisabled")
        .await;
    drop(silent);
    browser.close().await;
}

#[tokio::test]
async fn another_s_answer_is_told_as_such_at_the_start_and_on_lists() {
    let (gateway, _bed, browser) = open().await;
    for rule in answers_of_others() {
        gateway.treat("GET /api/session", rule);
        browser.go(&gateway.url).await;
        shows(&browser, SOMETHING).await;
        blames_nobody(&browser).await;
        gateway.heal();
    }
    connect(&gateway, &browser).await;
    browser.press("Projects").await;
    shows(&browser, "projects, updated").await;
    for rule in answers_of_others() {
        gateway.treat("GET /api/connections/", rule);
        browser.run("location.reload()").await;
        shows(&browser, SOMETHING).await;
        blames_nobody(&browser).await;
        gateway.heal();
    }
    browser.run("location.reload()").await;
    shows(&browser, "projects, updated").await;
    browser.close().await;
}

#[tokio::test]
async fn another_s_answer_to_a_change_is_never_taken_for_done() {
    let (gateway, bed, browser) = open().await;
    for rule in answers_of_others() {
        gateway.treat("POST /api/login", rule);
        browser.go(&gateway.url).await;
        browser.press("Connect to the sandbox").await;
        shows(&browser, SOMETHING).await;
        blames_nobody(&browser).await;
        gateway.heal();
    }
    for rule in [
        SIGN_IN_PAGE,
        Rule::Answer("200 OK", "content-type: text/html\r\n", "<h1>Wi-Fi</h1>"),
    ] {
        browser.go(&gateway.url).await;
        browser.press("Connect to the sandbox").await;
        browser.heading("asks to read").await;
        gateway.treat("POST /api/connections", rule);
        browser.press("Allow").await;
        browser.heading(SOMETHING).await;
        shows(&browser, "The sign-in was not finished").await;
        blames_nobody(&browser).await;
        gateway.heal();
        browser.press("Start page").await;
        browser.heading("See which issues matter").await;
    }
    connect(&gateway, &browser).await;
    browser.press("Connection").await;
    for rule in answers_of_others() {
        browser.run("location.reload()").await;
        shows(&browser, "Access token expires in").await;
        gateway.treat("POST /api/connections/", rule.clone());
        browser.press("Refresh now").await;
        shows(&browser, SOMETHING).await;
        blames_nobody(&browser).await;
        gateway.heal();

        browser.run("location.reload()").await;
        shows(&browser, "Access token expires in").await;
        gateway.treat("DELETE /api/", rule);
        browser.press("Disconnect…").await;
        let go = "return !!document.querySelector('dialog[open]')";
        browser.until(go).await;
        let go = "[...document.querySelectorAll('dialog button')]\
            .find(button => button.innerText === 'Disconnect').click()";
        browser.run(go).await;
        shows(&browser, SOMETHING).await;
        assert_eq!(browser.run(SIGNED_IN).await, true);
        // Signing out is not completed either.
        browser.run("location.reload()").await;
        shows(&browser, "Access token expires in").await;
        browser.press("Sign out").await;
        shows(&browser, SOMETHING).await;
        assert_eq!(browser.run(SIGNED_IN).await, true);
        gateway.heal();
    }
    assert_eq!(bed.sandbox.count("revocations").await, 0);
    browser.close().await;
}

#[tokio::test]
async fn blocked_cookies_are_named_before_a_consent_is_given_in_vain() {
    let (gateway, bed, browser) = open().await;
    gateway.treat("GET /api/", Rule::Without(&["cookie"]));
    gateway.treat("POST /api/", Rule::Without(&["cookie"]));
    browser.go(&gateway.url).await;
    browser.press("Connect to the sandbox").await;
    shows(&browser, "Your browser blocks cookies for this site").await;
    shows(
        &browser,
        "Allow cookies for this site in the browser’s settings",
    )
    .await;
    browser.until(CONNECT).await;
    gateway.heal();
    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;
    // Blocked between the consent and the end: the new connection cannot be displayed here.
    gateway.treat("GET /api/session", Rule::Without(&["cookie"]));
    browser.press("Allow").await;
    browser
        .heading("Your browser blocks cookies for this site")
        .await;
    assert_eq!(bed.sandbox.count("token_requests").await, 1);
    browser.close().await;
}

#[tokio::test]
async fn requests_that_lose_their_headers_on_the_way_are_told_how_to_keep_them() {
    let (gateway, _bed, browser) = open().await;
    connect(&gateway, &browser).await;
    let lost = Rule::Without(&["sec-fetch-site", "origin"]);
    gateway.treat("GET /api/", lost.clone());
    browser.run("location.reload()").await;
    shows(&browser, "This request was refused").await;
    shows(&browser, "use a current browser, switch the extension off").await;
    gateway.heal();
    browser.press("Reload").await;
    browser.until(SIGNED_IN).await;
    browser.press("Connection").await;
    shows(&browser, "Access token expires in").await;
    gateway.treat("POST /api/", lost);
    browser.press("Refresh now").await;
    shows(&browser, "This request was refused").await;
    let text = browser.text().await;
    assert!(!text.contains("colleague"), "{text}");
    browser.close().await;
}

#[tokio::test]
async fn a_page_that_is_open_at_another_name_leads_to_the_right_one() {
    let bed = Bed::start().await;
    let browser = Browser::open().await;
    let here = bed.app.url.replace("localhost", "127.0.0.1");
    browser.go(&here).await;
    let words = format!("You opened Fathom at {here}; it works at {}", bed.app.url);
    shows(&browser, &words).await;
    browser.press("Connect to the sandbox").await;
    shows(&browser, &words).await;
    browser.press(&format!("Open {}", bed.app.url)).await;
    let there = format!("return location.origin === '{}'", bed.app.url);
    browser.until(&there).await;
    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;
    browser.close().await;
}
