//! The formats of a callback URL.

use tests::{Bed, browser::Browser};

use crate::visit::{SIGNED_IN, Visit, to_consent};

/// Begins a login in the browser, consents outside of it, and returns the callback's query.
async fn answer(bed: &Bed, browser: &Browser) -> String {
    to_consent(bed, browser).await;
    let attempt = browser.attempt().await;
    let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(callback.0.iter());
    query.finish()
}

/// Signs out without the page, whose own sign-out another test covers.
async fn sign_out(browser: &Browser) {
    let end = "fetch('/api/session', { method: 'DELETE' }).then(it => done(it.status))";
    assert_eq!(browser.run_async(end).await, 204);
}

#[tokio::test]
async fn sec_18_a_callback_in_each_form_that_is_served_is_finished_and_leaves_no_code() {
    let Visit { bed, browser } = Visit::start().await;
    for form in [
        "/callback/?{}",
        "/callback#{}",
        "/callback?{}&utm_source=mail",
        "/callback/#{}",
        "/?{}",
        "/#{}",
    ] {
        let answer = answer(&bed, &browser).await;
        let code = answer.split('&').find(|pair| pair.starts_with("code="));
        let code = code.expect("a code").to_owned();
        let address = format!("{}{}", bed.app.url, form.replace("{}", &answer));
        browser.go(&address).await;
        browser.until(SIGNED_IN).await;
        let here = browser.address().await;
        assert!(
            !here.contains("code=") && !here.contains("state="),
            "{form}: {here}"
        );
        browser.go_in_history(-1).await;
        browser
            .until("return document.readyState === 'complete'")
            .await;
        assert!(!browser.address().await.contains(&code), "{form}");
        browser.go(&bed.app.url).await;
        browser.until(SIGNED_IN).await;
        sign_out(&browser).await;
    }
    browser.close().await;
}

#[tokio::test]
async fn sec_18_an_answer_at_any_other_address_is_not_finished() {
    let Visit { bed, browser } = Visit::start().await;
    for form in [
        "/callback/x?{}",
        "/Callback?{}",
        "/callback;x?{}",
        "/connections/x?{}",
    ] {
        let answer = answer(&bed, &browser).await;
        let address = format!("{}{}", bed.app.url, form.replace("{}", &answer));
        browser.go(&address).await;
        browser
            .until("return document.readyState === 'complete'")
            .await;
        // If the page is served at all, it removes the parameters from the URL.
        let is_page = "return !!document.querySelector('link[rel=modulepreload]')";
        if browser.run(is_page).await == true {
            browser
                .until("return !location.href.includes('code=')")
                .await;
            browser.until("return !!document.querySelector('h1')").await;
        }
        assert_eq!(browser.run(SIGNED_IN).await, false, "{form}");
    }
    assert_eq!(bed.sandbox.count("token_requests").await, 0);
    browser.close().await;
}
