//! The page in front of the real server: from the link that the command prints to the end of an install.

use serde_json::{Value, json};
use tests::{Bed, app::App, browser::Browser, client::Client, command, sqlite};

use crate::{
    data::{hides, press, rows, shows},
    visit::{Visit, views::every_view},
};

/// A name that a page which takes it for markup would run.
const HOSTILE: &str = "<img src=x onerror=window.hacked=1>";
/// The number of installs beside those of the test.
const MANY: usize = 320;

/// Returns the link that the command prints.
pub(crate) async fn link(app: &App) -> String {
    let outcome = command::finish(app.command(&["admin-link"], &[])).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    outcome.stdout.trim().to_owned()
}

fn secret(link: &str) -> &str {
    link.split_once('#').expect("a fragment").1
}

/// Opens the page by a link, and uses it.
pub(crate) async fn sign_in(bed: &Bed, browser: &Browser) {
    browser.go(&link(&bed.app).await).await;
    browser.press("Sign in").await;
    browser.heading("Administration").await;
    shows(browser, "Latest activity").await;
}

/// Stores installs whose names are numbered, and one whose name is hostile.
fn store_many(bed: &Bed) {
    let row = |number: usize| {
        let name = if number == MANY { HOSTILE } else { "Numbered" };
        format!(
            "('01TEST{number:04}', 'unknown {number}', 'reconnect_needed', 'tenant', \
                '[{{\"id\":\"0a-{number}\",\"name\":\"{name} {number:04}\",\"slug\":\"s\"}}]', \
                'org.read', {number}, {number}, 1, 0)"
        )
    };
    let rows: Vec<_> = (0..=MANY).map(row).collect();
    let statements = format!(
        "INSERT INTO connections (id, subject, status, context, orgs, scopes, connected_at, \
            refreshed_at, generation, access_expires_at) VALUES {}",
        rows.join(",")
    );
    sqlite::execute(&bed.app.database(), &statements);
}

#[tokio::test]
async fn sec_18_31_a_link_that_others_have_loaded_signs_in_once_and_is_nowhere_in_the_page() {
    let Visit { bed, browser } = Visit::start().await;
    let link = link(&bed.app).await;
    let secret = secret(&link);
    // Prefetches, which send no fragment.
    let mut scanner = bed.browser();
    for _ in 0..2 {
        assert_eq!(scanner.get("/admin").await.status, 200);
    }
    browser.go(&link).await;
    browser.heading("Sign in as administrator?").await;
    let readable = browser.readable().await;
    assert!(!readable.contains(secret), "the page can read the secret");
    browser.press("Sign in").await;
    browser.heading("Administration").await;
    shows(&browser, "Nobody has connected yet.").await;
    let readable = browser.readable().await;
    assert!(!readable.contains(secret), "the page can read the secret");
    let requests = "return performance.getEntriesByType('resource').map(it => it.name).join()";
    let requests = browser.run(requests).await.to_string();
    assert!(!requests.contains(secret), "a request has the secret");
    browser.driver.refresh().await.unwrap();
    shows(&browser, "Nobody has connected yet.").await;
    shows(&browser, "Administrator signed in").await;

    // Again, and after it has been left.
    browser.press("Leave").await;
    browser.heading("You have left the administration").await;
    browser.go("about:blank").await;
    browser.go(&link).await;
    browser.press("Sign in").await;
    browser.heading("This link has been used").await;
    assert!(!bed.app.output().contains(secret), "the log has the secret");
    let readable = browser.readable().await;
    assert!(!readable.contains(secret), "the page can read the secret");
    // Nor does a former entry of the history have it.
    browser.go_in_history(-1).await;
    browser
        .until("return document.readyState === 'complete'")
        .await;
    assert!(!browser.address().await.contains(secret));
    browser.close().await;
}

#[tokio::test]
async fn an_administrator_finds_one_of_many_installs_and_disconnects_it() {
    let mut bed = Bed::start().await;
    let (mut person, connection) = bed.connected().await;
    bed.app.stop();
    store_many(&bed);
    bed.app.start_again(&[]).await;
    let Visit { bed, browser } = Visit::of(bed).await;
    described(&bed).await;
    sign_in(&bed, &browser).await;
    shows(&browser, "322").await;
    shows(&browser, "The first 100 installs").await;
    for shown in [
        "The first 200 installs",
        "The first 300 installs",
        "322 installs",
    ] {
        browser.press("Show more").await;
        shows(&browser, shown).await;
    }
    assert!(rows(&browser).await < 60, "the rows in sight are drawn");
    browser.press("Refreshed").await;
    browser
        .until("return location.search === '?sort=refreshed'")
        .await;
    shows(&browser, "Meridian").await;
    every_view(&browser, "admin-real-installs").await;

    // A hostile name is text.
    browser
        .run("document.querySelector('input[type=search]').focus()")
        .await;
    press(&browser, "onerror").await;
    shows(&browser, HOSTILE).await;
    hides(&browser, "Numbered").await;
    assert_eq!(browser.run("return window.hacked ?? 0").await, 0);

    let id = connection["id"].as_str().unwrap();
    browser.go(&format!("{}/admin?q={id}", bed.app.url)).await;
    shows(&browser, "1 install").await;
    browser.press("Open").await;
    shows(&browser, "Permissions").await;
    shows(&browser, "Connected").await;
    every_view(&browser, "admin-real-install").await;
    browser.press("Disconnect").await;
    browser
        .until("return document.querySelector('dialog').open")
        .await;
    browser
        .run("[...document.querySelectorAll('dialog[open] button')].at(-1).click()")
        .await;
    browser
        .until("return !document.querySelector('.ending')")
        .await;
    shows(&browser, "Disconnected by an administrator").await;
    assert!(signed_out(&mut person).await);

    browser.press("Activity of all installs").await;
    shows(&browser, "Kept for").await;
    shows(&browser, "Disconnected by an administrator").await;
    every_view(&browser, "admin-real-activity").await;
    browser.press("App settings").await;
    shows(&browser, "What this server uses").await;
    shows(&browser, "CLIENT_SECRET").await;
    every_view(&browser, "admin-real-settings").await;
    browser.close().await;
}

/// Waits until the server has described the installs that were stored beside it.
async fn described(bed: &Bed) {
    let link = link(&bed.app).await;
    let mut admin = Client::new(&bed.app.url);
    let body = json!({ "link": secret(&link) });
    assert_eq!(admin.post("/api/admin/session", &body).await.status, 201);
    let path = format!("/api/admin/installs?search=numbered%20{:04}", MANY - 1);
    for _ in 0..100 {
        let list: Value = admin.get(&path).await.json();
        if list["installs"]
            .as_array()
            .is_some_and(|all| all.len() == 1)
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the installs are not described");
}

async fn signed_out(person: &mut Client) -> bool {
    person.connections().await.is_empty()
}

#[tokio::test]
async fn sec_31_a_session_that_has_ended_shows_nothing_more() {
    let Visit { mut bed, browser } = Visit::start().await;
    sign_in(&bed, &browser).await;
    let late = link(&bed.app).await;
    bed.app.start_again_at("+31m").await;
    browser.press("App settings").await;
    browser
        .heading("Your administrator session has ended")
        .await;
    hides(&browser, "What this server uses").await;
    browser.go("about:blank").await;
    browser.go(&late).await;
    browser.press("Sign in").await;
    browser.heading("This link has expired").await;
    browser.go("about:blank").await;
    browser
        .go(&format!("{}/admin#cut-off-somewhere", bed.app.url))
        .await;
    browser.press("Sign in").await;
    browser.heading("This link doesn’t work").await;
    browser.close().await;
}

#[tokio::test]
async fn without_a_server_the_page_says_so() {
    let Visit { mut bed, browser } = Visit::start().await;
    sign_in(&bed, &browser).await;
    bed.app.kill();
    browser.press("App settings").await;
    shows(&browser, "You seem to be offline").await;
    every_view(&browser, "admin-real-offline").await;
    bed.app.start_again(&[]).await;
    browser.press("Try again").await;
    shows(&browser, "What this server uses").await;
    browser.close().await;
}
