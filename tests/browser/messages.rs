//! Messages in cases where they easily become wrong: fewer scopes granted than requested, an
//! unusable response, an expired confirmation, a page that was rewritten by a translator.

use serde_json::json;

use crate::{
    data::{hides, projects_of, shows},
    visit::{HAS_ORGANIZATIONS, SIGNED_IN, Visit, views::every_view},
};

/// Replaces each text node in the same way as the translator in Chromium.
const TRANSLATE: &str = "const texts = []; \
    const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT); \
    while (walk.nextNode()) if (walk.currentNode.data.trim()) texts.push(walk.currentNode); \
    for (const text of texts) { \
        const [outer, inner] = ['font', 'font'].map(name => document.createElement(name)); \
        inner.textContent = text.data; outer.append(inner); \
        text.parentNode.replaceChild(outer, text); } \
    return texts.length > 20";

#[tokio::test]
async fn less_than_was_asked_for_is_told_where_it_is_missing_and_can_be_asked_for_again() {
    let Visit { bed, browser } = Visit::at_consent().await;
    browser.press("grant less than asked").await;
    browser.until(SIGNED_IN).await;
    let message = "Snyk granted fewer permissions than Fathom asked for";
    let lost = "Not granted: see dependencies, vulnerabilities and other scan results.";
    browser.heading("critical issues").await;
    shows(&browser, message).await;
    shows(&browser, lost).await;
    every_view(&browser, "overview-less-allowed").await;
    let projects = projects_of(&bed, &browser, "Meridian Platform").await;
    browser.go(&projects).await;
    browser.heading("Projects in Meridian Platform").await;
    shows(&browser, message).await;
    // The issues of a project, of which a part can still be read.
    browser
        .until("return !!document.querySelector('tbody .row:not(.skeleton) a')")
        .await;
    browser
        .run("document.querySelector('tbody .row:not(.skeleton) a').click()")
        .await;
    browser
        .until("return location.pathname.includes('/projects/')")
        .await;
    browser
        .until(
            "return ['Snyk granted fewer permissions than Fathom asked for', 'Snyk didn’t allow Fathom to see this'] \
            .some(words => document.querySelector('main').innerText.includes(words))",
        )
        .await;
    browser.go(&projects).await;
    shows(&browser, message).await;
    browser.press("Ask again").await;
    browser.heading("asks to read").await;
    browser.press("Allow").await;
    browser.heading("Projects in Meridian Platform").await;
    hides(&browser, message).await;
    browser.close().await;
}

#[tokio::test]
async fn a_refusal_of_the_token_endpoint_that_is_no_json_is_not_told_as_silence() {
    let Visit { bed, browser } = Visit::at_consent().await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.code" },
            "fault": { "kind": "html", "status": 403 } }))
        .await;
    browser.press("Allow").await;
    browser.heading("Snyk’s answer could not be used").await;
    let text = browser.text().await;
    assert!(
        !text.contains("in time") && text.contains("an answer that the server can’t use"),
        "{text}"
    );
    browser.close().await;
}

#[tokio::test]
async fn a_toast_goes_with_the_page_that_it_was_about() {
    let Visit { bed, browser } = Visit::connected().await;
    // With the pointer on it, the toast does not time out.
    let toast = "const toast = document.querySelector('.toast'); \
        toast?.dispatchEvent(new PointerEvent('pointerenter')); return !!toast";
    let no_toast = "return !document.querySelector('.toast')";
    browser.press("Refresh now").await;
    browser.until(toast).await;
    browser.press("Disconnect").await;
    browser
        .until("return !!document.querySelector('dialog[open]')")
        .await;
    let go = "[...document.querySelectorAll('dialog button')]\
        .find(button => button.innerText === 'Disconnect').click()";
    browser.run(go).await;
    browser.heading("is disconnected").await;
    browser.until(no_toast).await;

    // And when another page opens.
    browser.go(&bed.app.url).await;
    let Visit { bed: _bed, browser } = Visit { bed, browser }.connect().await;
    browser.press("Refresh now").await;
    browser.until(toast).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    browser.press("Overview").await;
    browser.heading("critical issues").await;
    browser.until(no_toast).await;
    browser.close().await;
}

#[tokio::test]
async fn a_page_that_a_translator_has_rewritten_shows_what_is_true_now() {
    let Visit { bed, browser } = Visit::connected().await;
    assert_eq!(browser.run(TRANSLATE).await, true);
    browser.press("Refresh now").await;
    let generation = "return [...document.querySelectorAll('.gauge')] \
        .find(gauge => gauge.innerText.startsWith('Generation')) \
        .querySelector('.figure').innerText === '1'";
    browser.until(generation).await;

    let projects = projects_of(&bed, &browser, "Meridian Platform").await;
    browser.go(&projects).await;
    shows(&browser, "projects, updated").await;
    assert_eq!(browser.run(TRANSLATE).await, true);
    let before = browser.text().await;
    browser
        .run(
            "const field = document.querySelector('[type=search]'); field.value = 'gateway'; \
            field.dispatchEvent(new Event('input', { bubbles: true }))",
        )
        .await;
    browser
        .until("return location.search === '?q=gateway'")
        .await;
    let all = "1,204 projects";
    assert!(before.contains(all), "{before}");
    // No old text remains next to, or instead of, the new text.
    let script = "const text = document.querySelector('main').innerText; \
        return text.includes('of 1,204 projects')";
    browser.until(script).await;
    // And the page navigates to another one.
    browser.press("Connection").await;
    browser.until(HAS_ORGANIZATIONS).await;
    browser.close().await;
}
