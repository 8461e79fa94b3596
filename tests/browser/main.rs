//! Flows in a real browser, as a person sees them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tests::{Bed, browser::Browser};

const CONNECT: &str = "Connect to the sandbox";

/// Opens the app, presses Connect, and waits for the consent page.
async fn to_consent(bed: &Bed, browser: &Browser) {
    browser.go(&bed.app.url).await;
    browser.press(CONNECT).await;
    browser.heading("asks to read").await;
}

async fn connect(bed: &Bed, browser: &Browser) {
    to_consent(bed, browser).await;
    browser.press("Allow").await;
    browser
        .until("return location.pathname.startsWith('/connections/')")
        .await;
    browser
        .until("return !!document.querySelector('table')")
        .await;
}

/// Nothing that a script can read is a secret of the login, or hashes to its challenge.
fn assert_holds_nothing(readable: &str, secrets: &[String], challenge: &str) {
    for secret in secrets {
        assert!(
            !readable.contains(secret.as_str()),
            "the page can read {secret}"
        );
    }
    let words = readable.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    for word in words.filter(|word| word.len() >= 43) {
        for window in word.as_bytes().windows(43) {
            let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(window));
            assert_ne!(hash, challenge, "the page can read the verifier");
        }
    }
}

#[tokio::test]
async fn sec_11_18_the_whole_journey_leaves_nothing_behind() {
    let bed = Bed::start().await;
    let browser = Browser::open().await;
    to_consent(&bed, &browser).await;
    let attempt = browser.attempt().await;
    assert_eq!(attempt.state.len(), 43);
    let query = url::form_urlencoded::parse(attempt.authorize_query.as_bytes());
    let challenge = query
        .into_owned()
        .find(|(name, _)| name == "code_challenge")
        .unwrap()
        .1;
    assert_eq!(challenge.len(), 43);

    // While the person is at the provider's page, another tab of ours looks for the login.
    let here = browser.driver.window().await.unwrap();
    let tab = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(tab).await.unwrap();
    browser.go(&bed.app.url).await;
    browser.heading("See which issues matter").await;
    let mut secrets = bed.sandbox.secrets().await;
    secrets.push(attempt.state.clone());
    assert_holds_nothing(&browser.readable().await, &secrets, &challenge);
    browser.driver.close_window().await.unwrap();
    browser.driver.switch_to_window(here).await.unwrap();

    browser.press("Allow").await;
    browser
        .until("return location.pathname.startsWith('/connections/')")
        .await;
    browser
        .until("return !!document.querySelector('table')")
        .await;
    let text = browser.text().await;
    for words in [
        "Meridian Platform",
        "Meridian Payments",
        "Access token ends in",
        "Active",
    ] {
        assert!(text.contains(words), "{words} in:\n{text}");
    }
    let mut secrets = bed.sandbox.secrets().await;
    secrets.push(attempt.state);
    assert_holds_nothing(&browser.readable().await, &secrets, &challenge);
    assert!(
        !browser.address().await.contains('?'),
        "{}",
        browser.address().await
    );

    // Reload: still connected. Back: no callback comes to light, and no error.
    let connected = browser.address().await;
    browser.driver.refresh().await.unwrap();
    browser
        .until("return !!document.querySelector('table')")
        .await;
    assert_eq!(browser.address().await, connected);
    browser.run("history.back()").await;
    browser
        .until("return document.readyState === 'complete'")
        .await;
    let address = browser.address().await;
    assert!(!address.contains("code="), "{address}");
    browser.close().await;
}

#[tokio::test]
async fn sec_60_no_page_breaks_the_content_security_policy() {
    let bed = Bed::start().await;
    let browser = Browser::open().await;
    connect(&bed, &browser).await;
    // What an injected script would try.
    let script = "const done = arguments[0]; let violations = 0; \
        document.addEventListener('securitypolicyviolation', () => violations++); \
        const s = document.createElement('script'); s.textContent = 'window.injected = 1'; \
        document.body.append(s); setTimeout('window.evaluated = 1', 0); \
        setTimeout(() => done([window.injected === undefined, \
            window.evaluated === undefined, violations > 0]), 300)";
    let answer = browser
        .driver
        .execute_async(script, Vec::new())
        .await
        .unwrap();
    assert_eq!(answer.json(), &json!([true, true, true]));
    browser.close().await;
}

#[tokio::test]
async fn a_refusal_is_told_in_words_and_connecting_again_works() {
    let bed = Bed::start().await;
    let browser = Browser::open().await;
    to_consent(&bed, &browser).await;
    let first = browser.attempt().await.state;
    browser.press("Refuse").await;
    browser.heading("You did not allow access").await;
    let text = browser.text().await;
    assert!(
        text.contains("access_denied") && text.contains("Connect again"),
        "{text}"
    );
    browser.press("Connect again").await;
    browser.heading("asks to read").await;
    assert_ne!(
        browser.attempt().await.state,
        first,
        "SEC-4: fresh for each attempt"
    );
    browser.press("Allow").await;
    browser
        .until("return location.pathname.startsWith('/connections/')")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn sec_7_a_sign_in_that_took_too_long_is_told_in_words() {
    let mut bed = Bed::start().await;
    let browser = Browser::open().await;
    to_consent(&bed, &browser).await;
    bed.app.start_again_at("+11m").await;
    browser.press("Allow").await;
    browser
        .heading("The sign-in took longer than ten minutes")
        .await;
    let text = browser.text().await;
    assert!(
        text.contains("login_expired") && text.contains("Start again"),
        "{text}"
    );
    browser.close().await;
}

#[tokio::test]
async fn sec_8_10_strangers_callbacks_show_no_strangers_text() {
    let bed = Bed::start().await;
    let browser = Browser::open().await;
    let state = "A".repeat(43);
    for query in [
        format!("code=x&state={state}"),
        format!("error=x&error_description=Call+our+hotline&state={state}"),
        "error=x&error_description=Call+our+hotline".to_owned(),
        "code=x&state=short".to_owned(),
    ] {
        browser
            .go(&format!("{}/callback?{query}", bed.app.url))
            .await;
        browser.heading("This sign-in began somewhere else").await;
        assert!(!browser.text().await.contains("hotline"), "{query}");
        assert!(!browser.address().await.contains('?'), "{query}");
    }
    assert_eq!(bed.sandbox.count("token_requests").await, 0);
    browser.close().await;
}

#[tokio::test]
async fn sec_12_another_browser_earns_nothing_with_this_ones_code_and_this_one_still_connects() {
    let bed = Bed::start().await;
    let (one, other) = (Browser::open().await, Browser::open().await);
    to_consent(&bed, &one).await;
    to_consent(&bed, &other).await;
    let callback = bed
        .sandbox
        .consent(&one.attempt().await, "group", "allow")
        .await;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&callback.0)
        .finish();
    let address = format!("{}/callback?{query}", bed.app.url);
    other.go(&address).await;
    other.heading("This sign-in began somewhere else").await;
    one.go(&address).await;
    one.until("return location.pathname.startsWith('/connections/')")
        .await;

    // REL-10: the same callback again, in this tab and in a second one, and a forged one: a connected
    // person goes on and sees no error.
    let forged = format!("{}/callback?code=x&state={}", bed.app.url, "A".repeat(43));
    for again in [&address, &forged] {
        one.go(again).await;
        one.until("return location.pathname.startsWith('/connections/')")
            .await;
        let tab = one.driver.new_tab().await.unwrap();
        one.driver.switch_to_window(tab).await.unwrap();
        one.go(again).await;
        one.until("return location.pathname.startsWith('/connections/')")
            .await;
    }
    assert_eq!(bed.sandbox.count("token_requests").await, 1);
    one.close().await;
    other.close().await;
}

#[tokio::test]
async fn refresh_now_and_disconnect_do_what_they_say() {
    let bed = Bed::start().await;
    let browser = Browser::open().await;
    connect(&bed, &browser).await;
    browser.press("Refresh now").await;
    browser
        .until("return document.body.innerText.includes('generation 1')")
        .await;
    assert_eq!(bed.sandbox.count("token_refresh_ok").await, 1);
    browser.press("Disconnect").await;
    browser
        .until("return document.querySelector('dialog').open")
        .await;
    browser
        .until("return document.activeElement.innerText === 'Keep it'")
        .await;
    let script = "[...document.querySelectorAll('dialog button')]\
        .find(button => button.innerText === 'Disconnect').click()";
    browser.run(script).await;
    browser.heading("Disconnected").await;
    assert_eq!(bed.sandbox.count("revocations").await, 1);
    browser.close().await;
}

#[tokio::test]
async fn sec_32_a_sign_out_in_one_tab_reaches_the_other() {
    let bed = Bed::start().await;
    let browser = Browser::open().await;
    connect(&bed, &browser).await;
    let address = browser.address().await;
    let first = browser.driver.window().await.unwrap();
    let second = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(second).await.unwrap();
    browser.go(&address).await;
    browser
        .until("return !!document.querySelector('table')")
        .await;
    browser.press("Sign out").await;
    browser.heading("See which issues matter").await;
    browser.driver.switch_to_window(first).await.unwrap();
    browser
        .until("return !document.body.innerText.includes('Meridian')")
        .await;
    // Back, and from the back-forward cache: no data either.
    browser.run("history.back()").await;
    browser
        .until("return document.readyState === 'complete'")
        .await;
    let script = "return !location.pathname.startsWith('/connections/') \
        || !document.body.innerText.includes('Meridian Platform')";
    browser.until(script).await;
    browser.close().await;
}

#[tokio::test]
async fn an_address_of_nothing_says_so() {
    let bed = Bed::start().await;
    let browser = Browser::open().await;
    browser.go(&format!("{}/no/such/page", bed.app.url)).await;
    browser.heading("There is nothing at this address").await;
    browser.close().await;
}
