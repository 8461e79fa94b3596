//! The session of an administrator: its link, its end, and a server that does not answer.

use serde_json::json;

use super::stub::{LINK, open_link, sign_in, visit};
use crate::{
    data::{hides, shows},
    visit::{Visit, views::every_view},
};

#[tokio::test]
async fn sec_18_31_a_link_is_used_by_a_press_and_leaves_nothing_behind() {
    let Visit { bed, browser } = visit("").await;
    open_link(&bed, &browser).await;
    // The address has no secret from the beginning, and nothing has been asked.
    assert_eq!(
        browser.run("return location.href").await,
        format!("{}/admin", bed.app.url)
    );
    assert_eq!(browser.run("return admin.posts.length").await, 0);
    every_view(&browser, "admin-link").await;
    browser.press("Sign in").await;
    browser.heading("Administration").await;
    let body = json!({ "link": LINK }).to_string();
    assert_eq!(browser.run("return admin.posts").await, json!([body]));
    browser.run("admin.posts.length = 0").await;
    shows(&browser, "Meridian Freight").await;
    let readable = browser.readable().await;
    assert!(!readable.contains(LINK), "the page can read the secret");
    // Neither the entry nor a reload brings it back.
    browser.driver.refresh().await.unwrap();
    shows(&browser, "Meridian Freight").await;
    assert_eq!(browser.run("return location.hash").await, "");
    browser.go_in_history(-1).await;
    browser.go_in_history(1).await;
    shows(&browser, "Meridian Freight").await;
    assert_eq!(browser.run("return location.hash").await, "");
    browser.close().await;
}

#[tokio::test]
async fn a_link_that_is_opened_in_an_open_page_is_taken_and_the_skip_link_is_none() {
    let Visit { bed, browser } = visit("").await;
    browser.go(&format!("{}/admin", bed.app.url)).await;
    browser.heading("Administration").await;
    shows(&browser, "snyk-app admin-link").await;
    every_view(&browser, "admin-no-link").await;
    browser.run("document.querySelector('.skip').click()").await;
    browser.until("return location.hash === '#main'").await;
    browser.heading("Administration").await;
    browser.run(&format!("location.hash = '{LINK}'")).await;
    browser.heading("Sign in as administrator?").await;
    browser.until("return location.hash === ''").await;
    browser.press("Sign in").await;
    shows(&browser, "Meridian Freight").await;
    browser.close().await;
}

#[tokio::test]
async fn a_link_that_is_refused_says_why() {
    let Visit { bed, browser } = visit("").await;
    for (fault, heading, name) in [
        (
            "[409, 'login_used']",
            "This link has been used",
            "admin-used",
        ),
        (
            "[410, 'login_expired']",
            "This link has expired",
            "admin-expired",
        ),
        (
            "[403, 'forbidden']",
            "This link doesn’t work",
            "admin-refused",
        ),
    ] {
        browser.go("about:blank").await;
        open_link(&bed, &browser).await;
        browser
            .run(&format!(
                "admin.faults = {{ 'POST /api/admin/session': {fault} }}"
            ))
            .await;
        browser.press("Sign in").await;
        browser.heading(heading).await;
        shows(&browser, "snyk-app admin-link").await;
        every_view(&browser, name).await;
    }
    browser.press("Continue without it").await;
    browser.heading("Administration").await;
    shows(&browser, "Administrators sign in with a link").await;

    // What has not reached the server can be tried again.
    browser.go("about:blank").await;
    open_link(&bed, &browser).await;
    browser
        .run("admin.faults = { 'POST /api/admin/session': [503, 'unavailable'] }")
        .await;
    browser.press("Sign in").await;
    shows(&browser, "can’t reach its own data").await;
    hides(&browser, "automatically").await;
    every_view(&browser, "admin-link-unavailable").await;
    browser.run("admin.faults = {}").await;
    browser.press("Try now").await;
    shows(&browser, "Meridian Freight").await;
    browser.close().await;
}

#[tokio::test]
async fn a_sign_in_whose_answer_is_lost_has_signed_in() {
    let Visit { bed, browser } = visit("").await;
    open_link(&bed, &browser).await;
    browser.run("admin.lost = /^POST/").await;
    browser.press("Sign in").await;
    shows(&browser, "Meridian Freight").await;

    // Also if it takes another attempt until the server can be asked.
    browser.press("Leave").await;
    browser.heading("You have left").await;
    browser.go("about:blank").await;
    open_link(&bed, &browser).await;
    browser
        .run("admin.lost = /^POST/; admin.lostAfter = /session/")
        .await;
    browser.press("Sign in").await;
    shows(&browser, "Try again").await;
    browser.run("admin.lost = null").await;
    browser.press("Try again").await;
    shows(&browser, "Meridian Freight").await;

    // A session that was here before is none that the link has begun.
    browser.go("about:blank").await;
    open_link(&bed, &browser).await;
    browser
        .run("admin.faults = { 'POST /api/admin/session': [409, 'login_used'] }")
        .await;
    browser.press("Sign in").await;
    browser.heading("This link has been used").await;
    browser.close().await;
}

#[tokio::test]
async fn the_end_of_a_session_is_told() {
    let Visit { bed, browser } = visit("").await;
    sign_in(&bed, &browser).await;
    browser.press("Leave").await;
    browser.heading("You have left the administration").await;
    hides(&browser, "Meridian Freight").await;
    assert_eq!(
        browser
            .run("return !!document.querySelector('.administrator')")
            .await,
        false
    );
    every_view(&browser, "admin-left").await;

    // While something is asked for.
    browser.go("about:blank").await;
    sign_in(&bed, &browser).await;
    browser.run("document.cookie = 'stub=0;path=/'").await;
    browser.press("App settings").await;
    browser
        .heading("Your administrator session has ended")
        .await;
    every_view(&browser, "admin-ended").await;

    // By itself.
    browser.go("about:blank").await;
    open_link(&bed, &browser).await;
    browser.run("admin.lasts = 4000").await;
    browser.press("Sign in").await;
    browser
        .heading("Your administrator session has ended")
        .await;
    hides(&browser, "Meridian Freight").await;
    browser.close().await;
}

#[tokio::test]
async fn what_fails_is_said_and_tried_again() {
    let Visit { bed, browser } = visit("").await;
    sign_in(&bed, &browser).await;
    browser
        .run("admin.faults = { 'GET /api/admin': [503, 'unavailable'] }")
        .await;
    browser.press("App settings").await;
    shows(&browser, "can’t reach its own data").await;
    browser.press("Activity").await;
    shows(&browser, "can’t reach its own data").await;
    every_view(&browser, "admin-unavailable").await;
    browser.run("admin.faults = {}").await;
    browser.press("Try now").await;
    shows(&browser, "Kept for 30 days").await;
    hides(&browser, "can’t reach its own data").await;

    // The session itself.
    browser
        .driver
        .cdp()
        .send_raw(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": "if (window.admin && !document.cookie.includes('well')) \
                admin.faults = { 'GET /api/admin/session': [503, 'unavailable'] }" }),
        )
        .await
        .unwrap();
    browser.driver.refresh().await.unwrap();
    browser.heading("can’t reach its own data").await;
    every_view(&browser, "admin-session-unavailable").await;
    browser.run("admin.faults = {}").await;
    browser.press("Try now").await;
    shows(&browser, "Kept for 30 days").await;
    browser.run("document.cookie = 'well=1;path=/'").await;
    browser.close().await;
}

/// Each has a session of its own, and neither knows of the other.
#[tokio::test]
async fn a_person_who_is_signed_in_sees_nothing_of_that_here() {
    let visit = Visit::at_overview().await;
    let Visit { bed, browser } = visit;
    browser.go(&format!("{}/admin", bed.app.url)).await;
    browser.heading("Administration").await;
    assert_eq!(
        browser
            .run("return document.querySelectorAll('header nav, header .switcher, header .this-browser').length")
            .await,
        0
    );
    browser
        .run("document.querySelector('.brand').click()")
        .await;
    browser
        .until("return !!document.querySelector('header .switcher')")
        .await;
    browser.close().await;
}
