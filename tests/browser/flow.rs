//! The page that shows what happens in a login.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::{
    browser::{Browser, Colours},
    registration::CLIENT_SECRET,
};
use thirtyfour::Key;

use crate::{
    data::{hides, press_key, shows},
    secrecy::{assert_holds_nothing, challenge_of},
    visit::{Visit, views::every_view},
};

const REHEARSAL: &str = "What happens when you connect";
const REAL: &str = "What happened when you connected";
/// A script that returns the four values from the random bytes to the challenge.
const VALUES: &str = "return [...document.querySelectorAll('.pkce code')].map(it => it.innerText)";

/// Opens the page without a session. Nothing moves, as the person prefers it.
async fn open(visit: &Visit) {
    visit.browser.colours(Colours::Light).await;
    visit
        .browser
        .go(&format!("{}/flow", visit.bed.app.url))
        .await;
    visit.browser.heading(REHEARSAL).await;
}

/// Signs in from the page, and returns at the page about that login.
async fn signed_in() -> Visit {
    let visit = Visit::start().await;
    open(&visit).await;
    let browser = &visit.browser;
    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;
    browser.press("Allow").await;
    browser.heading(REAL).await;
    visit
}

async fn values(browser: &Browser) -> [String; 4] {
    browser
        .until("return document.querySelectorAll('.pkce code').length === 4")
        .await;
    let values = browser.run(VALUES).await;
    let texts = values.as_array().unwrap().iter();
    let texts: Vec<_> = texts.map(|it| it.as_str().unwrap().to_owned()).collect();
    texts.try_into().unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect()
}

/// Returns the values of the step with this number, by their names.
async fn details(browser: &Browser, number: usize) -> Value {
    let script = format!(
        "return Object.fromEntries([...document.querySelectorAll(\
            '.sequence li:nth-child({number}) dl > div')]\
            .map(it => [it.querySelector('dt').innerText, it.querySelector('dd').textContent]))"
    );
    browser.run(&script).await
}

/// Waits until this step is the current one.
async fn is_at(browser: &Browser, words: &str) {
    let script = format!(
        "return document.querySelector('.sequence [aria-current=step] .flow-words')?.innerText \
            === {}",
        json!(words)
    );
    browser.until(&script).await;
}

async fn press_step(browser: &Browser, number: usize) {
    let script =
        format!("document.querySelector('.sequence li:nth-child({number}) button').click()");
    browser.run(&script).await;
}

#[tokio::test]
async fn a_rehearsal_shows_the_bytes_of_a_login_and_sends_nothing() {
    let visit = Visit::start().await;
    let browser = &visit.browser;
    open(&visit).await;
    let [random, verifier, digest, challenge] = values(browser).await;
    assert_eq!(bytes(&random).len(), 32);
    assert_eq!(URL_SAFE_NO_PAD.encode(bytes(&random)), verifier);
    assert_eq!(bytes(&digest), Sha256::digest(&verifier).to_vec());
    assert_eq!(URL_SAFE_NO_PAD.encode(bytes(&digest)), challenge);

    // Readers hear what the hatching tells the eye.
    let sealed = "return [...document.querySelectorAll('dd .sealed')]\
        .map(it => it.textContent.startsWith('sealed: '))";
    let sealed = browser.run(sealed).await;
    assert!(
        sealed[0] == true && !sealed.to_string().contains("false"),
        "{sealed}"
    );

    let asked = details(browser, 3).await;
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["client_id"], tests::registration::CLIENT_ID);
    assert_eq!(asked["code_challenge"], challenge.as_str());
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(
        asked["redirect_uri"],
        format!("{}/callback", visit.bed.app.url)
    );
    let begun = details(browser, 1).await;
    assert_eq!(begun["state"], asked["state"]);
    let verifier_sent = "sealed: 43 characters, wiped once sent";
    assert_eq!(begun["code_verifier"], verifier_sent);
    assert_eq!(begun["return_to"], "/flow");

    // Only the bytes' own cell has the verifier, and no request did anything with it.
    let count = format!(
        "return document.documentElement.outerHTML.split({}).length - 1",
        json!(verifier)
    );
    assert_eq!(browser.run(&count).await, json!(1));
    let sent = "return performance.getEntriesByType('resource').map(it => new URL(it.name).pathname)\
        .filter(path => path.startsWith('/api/'))";
    assert_eq!(browser.run(sent).await, json!(["/api/session"]));

    browser.press("Start over").await;
    browser
        .until(&format!(
            "return document.querySelectorAll('.pkce code')[1].innerText !== {}",
            json!(verifier)
        ))
        .await;
    let [_, again, _, _] = values(browser).await;
    assert_ne!(again, verifier);
    every_view(browser, "flow").await;
    visit.browser.close().await;
}

#[tokio::test]
async fn a_rehearsal_goes_on_by_itself_until_a_person_has_to_decide() {
    let visit = Visit::start().await;
    let browser = &visit.browser;
    browser.go(&format!("{}/flow", visit.bed.app.url)).await;
    browser.heading(REHEARSAL).await;
    is_at(browser, "1 Begin a login").await;
    is_at(browser, "3 Ask for permission").await;
    shows(browser, "waits for you").await;
    shows(browser, "Next step").await;
    let ahead = "return document.querySelectorAll('.sequence [data-state=ahead]').length";
    assert_eq!(browser.run(ahead).await, json!(5));
    browser.press("Next step").await;
    is_at(browser, "4 Back, with a code").await;
    browser.press("Show all").await;
    hides(browser, "Show all").await;
    assert_eq!(browser.run(ahead).await, json!(0));

    browser.press("Start over").await;
    is_at(browser, "1 Begin a login").await;
    browser.press("Pause").await;
    shows(browser, "Next step").await;
    let at = browser.run(ahead).await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(
        browser.run(ahead).await,
        at,
        "a pause has no end of its own"
    );
    visit.browser.close().await;
}

#[tokio::test]
async fn a_selected_step_is_in_the_address_and_names_its_source() {
    let visit = Visit::start().await;
    let browser = &visit.browser;
    open(&visit).await;
    browser
        .until("return !!document.querySelector('.sequence li button')")
        .await;
    press_step(browser, 6).await;
    shows(browser, "backend/src/exchange/exchange.rs").await;
    assert!(browser.address().await.ends_with("/flow?step=6"));
    browser.driver.refresh().await.unwrap();
    is_at(browser, "6 Exchange").await;
    shows(browser, "backend/src/exchange/exchange.rs").await;

    // By keyboard: the next step's button, and Enter.
    browser
        .run("document.querySelector('.sequence li:nth-child(7) button').focus()")
        .await;
    press_key(browser, Key::Enter).await;
    is_at(browser, "7 Token pair").await;
    hides(browser, "backend/src/exchange/exchange.rs").await;
    let focus = "return document.activeElement.closest('li')?.matches(':nth-child(7)') === true";
    assert_eq!(browser.run(focus).await, json!(true), "the focus stays");
    press_key(browser, Key::Enter).await;
    browser
        .until(
            "return !location.search && !document.querySelector('.sequence [aria-expanded=true]')",
        )
        .await;

    let links = "return [...document.querySelectorAll('.flow-source a')].map(it => it.href)";
    let links = browser.run(links).await;
    assert_eq!(links.as_array().unwrap().len(), 8);
    assert_eq!(
        links[3],
        "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2"
    );
    visit.browser.close().await;
}

#[tokio::test]
async fn sec_11_18_before_during_and_after_a_real_login_the_page_has_no_secret_of_it() {
    let visit = Visit::start().await;
    open(&visit).await;
    let Visit { bed, browser } = visit;
    let [_, shown, _, _] = values(&browser).await;

    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;
    let attempt = browser.attempt().await;
    let challenge = challenge_of(&attempt);
    let hashed = URL_SAFE_NO_PAD.encode(Sha256::digest(&shown));
    assert_ne!(hashed, challenge, "a value for show signed somebody in");

    // Meanwhile the same page in another tab, which rehearses.
    let here = browser.driver.window().await.unwrap();
    let tab = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(tab).await.unwrap();
    browser.go(&format!("{}/flow", bed.app.url)).await;
    browser.heading(REHEARSAL).await;
    let mut secrets = bed.sandbox.secrets().await;
    secrets.extend([attempt.state.clone(), CLIENT_SECRET.to_owned()]);
    assert_holds_nothing(&browser.readable().await, &secrets, &challenge);
    browser.driver.close_window().await.unwrap();
    browser.driver.switch_to_window(here).await.unwrap();

    browser.press("Allow").await;
    browser.heading(REAL).await;
    shows(&browser, "and off the address bar").await;
    let mut secrets = bed.sandbox.secrets().await;
    secrets.extend([attempt.state.clone(), CLIENT_SECRET.to_owned(), shown]);
    assert_holds_nothing(&browser.readable().await, &secrets, &challenge);

    browser.press("Refresh now").await;
    shows(&browser, "Generation 0 became 1").await;
    browser.press("Call Snyk").await;
    shows(&browser, "Snyk answered 200").await;
    let mut secrets = bed.sandbox.secrets().await;
    secrets.extend([attempt.state, CLIENT_SECRET.to_owned()]);
    assert_holds_nothing(&browser.readable().await, &secrets, &challenge);

    // Back leads to no address with a code, and from there the page has none either.
    browser.go_in_history(-1).await;
    browser
        .until("return document.readyState === 'complete'")
        .await;
    let address = browser.address().await;
    assert!(!address.contains("code="), "{address}");
    browser.close().await;
}

#[tokio::test]
async fn a_real_login_is_told_with_its_own_durations_scopes_and_generation() {
    let Visit { bed, browser } = signed_in().await;
    let address = browser.address().await;
    assert!(address.contains("/flow?connection="), "{address}");

    let times = "return [...document.querySelectorAll('.flow-time')].map(it => it.innerText)";
    let times = browser.run(times).await;
    for at in [0, 1, 2] {
        assert_eq!(times[at], "before");
    }
    let seconds = |at: usize| {
        let text = times[at].as_str().unwrap();
        let number = text.strip_suffix(" s").unwrap_or_else(|| panic!("{text}"));
        number.parse::<f64>().unwrap()
    };
    assert!(seconds(3) < 0.001 && seconds(3) < seconds(4) && seconds(4) < seconds(7));
    assert_eq!([&times[5], &times[6]], ["server", "server"]);
    let pair = details(&browser, 7).await;
    let scopes = pair["scope"].as_str().unwrap();
    assert!(scopes.contains("org.read"), "{scopes}");
    assert_eq!(details(&browser, 8).await["generation"], "0");
    shows(&browser, "Spent").await;
    let clocks = "return [...document.querySelectorAll('.gauge[role=timer] .figure')]\
        .map(it => it.innerText)";
    browser
        .until(&format!("return (() => {{ {clocks} }})().length === 2"))
        .await;
    let clocks = browser.run(clocks).await;
    assert!(clocks[0].as_str().unwrap().contains("min"), "{clocks}");
    assert!(clocks[1].as_str().unwrap().contains('h'), "{clocks}");

    browser.press("Refresh now").await;
    shows(&browser, "Generation 0 became 1").await;
    shows(&browser, "and replaced since").await;
    browser.press("Call Snyk").await;
    shows(&browser, "Snyk answered 200").await;
    shows(&browser, "/snyk/rest/self").await;
    shows(&browser, "Bearer, with the access token").await;
    every_view(&browser, "flow-real").await;

    // After a reload the durations are gone, and nothing is made up.
    browser.driver.refresh().await.unwrap();
    browser.heading(REAL).await;
    shows(&browser, "and off the address bar at once").await;
    let empty = "return [...document.querySelectorAll('.flow-time')].every(it => !it.innerText)";
    assert_eq!(browser.run(empty).await, json!(true));

    browser.press("Rehearse it").await;
    browser.heading(REHEARSAL).await;
    // From a connection the page is one press away.
    browser.press("Connection").await;
    browser.press(REAL).await;
    browser.heading(REAL).await;

    // A login that is not this browser's.
    browser
        .go(&format!(
            "{}/flow?connection=01JD9Z7K3M8QW4T5V6X7Y8Z9AB",
            bed.app.url
        ))
        .await;
    browser.heading("Page not found").await;
    browser.close().await;
}

#[tokio::test]
async fn a_refused_refresh_and_a_broken_call_are_told() {
    let Visit { bed, browser } = signed_in().await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" }, "fault": { "kind": "status", "status": 503 } }))
        .await;
    browser.press("Refresh now").await;
    browser
        .until("return !!document.querySelector('main .notice h2')")
        .await;
    bed.sandbox.heal().await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "rest", "path": "/rest/self" }, "fault": { "kind": "status", "status": 404, "body": { "errors": [] } } }))
        .await;
    browser.press("Call Snyk").await;
    shows(&browser, "Snyk answered 404").await;
    bed.sandbox.heal().await;
    browser.press("Refresh now").await;
    shows(&browser, "Generation 0 became 1").await;
    browser.close().await;
}

#[tokio::test]
async fn the_welcome_leads_to_the_page_and_back() {
    let visit = Visit::start().await;
    let browser = &visit.browser;
    browser.go(&visit.bed.app.url).await;
    browser.heading("See which issues matter").await;
    browser.press("How it works").await;
    browser.heading(REHEARSAL).await;
    browser.go_in_history(-1).await;
    browser.heading("See which issues matter").await;
    visit.browser.close().await;
}
