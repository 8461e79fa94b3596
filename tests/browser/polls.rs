//! The effect of an unstable network on a page: one schedule polls the server, rows keep their
//! positions, and every message is announced.

use serde_json::json;
use tests::browser::Browser;

use crate::{
    data::{hides, projects_of, shows},
    visit::{HAS_ORGANIZATIONS, Visit},
};

/// Records in `window.asked` the times of the requests for the session, from now on. If
/// `window.fails` is set, requests fail.
const COUNT: &str = "window.asked = []; window.fails = false; const real = window.fetch; \
    window.fetch = (request, ...rest) => { \
        if (!(request.url ?? request).includes('/api/session')) return real(request, ...rest); \
        asked.push(performance.now()); \
        return fails ? Promise.reject(new TypeError('refused')) : real(request, ...rest); \
    }";

/// Switches the network off and on `times` times, at intervals of `pause` milliseconds.
fn flap(times: u32, pause: u32, meanwhile: &str) -> String {
    format!(
        "const flap = left => {{ \
             window.dispatchEvent(new Event('offline')); {meanwhile}; \
             window.dispatchEvent(new Event('online')); \
             left > 1 ? setTimeout(flap, {pause}, left - 1) : done(0) \
         }}; flap({times})"
    )
}

async fn request_count(browser: &Browser) -> u64 {
    let request_count = browser.run("return asked.length").await;
    request_count.as_u64().expect("a number")
}

#[tokio::test]
async fn a_network_that_comes_and_goes_is_asked_by_one_schedule() {
    let Visit { bed: _bed, browser } = Visit::connected().await;
    for (what, fails, meanwhile) in [
        ("nobody answers", "true", ""),
        ("every other time", "false", "fails = !fails"),
    ] {
        browser.driver.refresh().await.unwrap();
        browser.until(HAS_ORGANIZATIONS).await;
        browser.run(COUNT).await;
        browser.run(&format!("fails = {fails}")).await;
        // By the schedule at once, and after 3, 5 and 10 seconds; half a minute would be 4 or 5.
        browser.run_async(&flap(40, 400, meanwhile)).await;
        let times = request_count(&browser).await;
        assert!(
            (1..=4).contains(&times),
            "{what}: asked {times} times in 16 s"
        );
        // There are no concurrent requests either.
        browser.run("fails = true; asked.length = 0").await;
        browser.run_async("setTimeout(() => done(0), 12000)").await;
        let times = request_count(&browser).await;
        assert!(times <= 2, "{what}: asked {times} times in 12 s afterwards");
    }
    browser.close().await;
}

#[tokio::test]
async fn back_online_after_a_while_the_server_is_asked_at_once() {
    let Visit { bed: _bed, browser } = Visit::connected().await;
    browser.run(COUNT).await;
    browser
        .run("window.dispatchEvent(new Event('offline'))")
        .await;
    let stays = browser
        .run_async("setTimeout(() => done(asked.length), 2000)")
        .await;
    assert_eq!(stays, json!(0), "nothing is asked without a network");
    browser
        .run("window.dispatchEvent(new Event('online'))")
        .await;
    browser.until("return asked.length === 1").await;
    browser.close().await;
}

#[tokio::test]
async fn the_strip_of_being_offline_lets_no_row_move_under_the_pointer() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Platform").await;
    browser.go(&address).await;
    shows(&browser, "1,204 projects, updated").await;
    // Not the first row, because the banner shifts it away from under the pointer.
    browser
        .point_at("document.querySelectorAll('[aria-rowindex=\"6\"] a')")
        .await;
    let read_again = "[...document.querySelectorAll('button')]\
        .find(it => it.innerText === 'Refresh').click()";
    browser.run(read_again).await;
    shows(&browser, "Updated. Show changes").await;
    browser
        .run("window.first = document.querySelector('tbody .row')")
        .await;
    let network = |offline: bool| json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    for offline in [true, false, true, false] {
        browser
            .devtools("Network.emulateNetworkConditions", network(offline))
            .await;
        let strip = format!("return !!document.querySelector('.banner') === {offline}");
        browser.until(&strip).await;
        shows(&browser, "Updated. Show changes").await;
        let stands = "return first.isConnected && first === document.querySelector('tbody .row')";
        assert_eq!(browser.run(stands).await, json!(true), "offline: {offline}");
    }
    // The rows are inserted as soon as the pointer has left.
    browser.point_at("document.querySelectorAll('h1')").await;
    hides(&browser, "Updated. Show changes").await;
    browser.close().await;
}

#[tokio::test]
async fn going_from_row_to_row_by_keys_lets_no_row_in() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Platform").await;
    browser.go(&address).await;
    shows(&browser, "1,204 projects, updated").await;
    browser
        .run("document.querySelector('tbody .row a').focus()")
        .await;
    let read_again = "[...document.querySelectorAll('button')]\
        .find(it => it.innerText === 'Refresh').click()";
    browser.run(read_again).await;
    shows(&browser, "Updated. Show changes").await;
    for key in ["ArrowDown", "End", "Home", "PageDown", "ArrowUp"] {
        browser.key(key).await;
        browser.run_async("setTimeout(() => done(0), 150)").await;
        shows(&browser, "Updated. Show changes").await;
    }
    browser.close().await;
}

#[tokio::test]
async fn each_of_several_messages_of_one_moment_is_announced() {
    let Visit { bed: _bed, browser } = Visit::connected().await;
    // Sampled between frames, as a reader of the page takes notice: text that is replaced within the
    // frame that set it is not announced.
    let listen = "window.said = []; \
        const region = document.querySelector('body > [role=status].hidden'); \
        setInterval(() => { \
            if (region.innerText && said.at(-1) !== region.innerText) said.push(region.innerText) \
        }, 10)";
    browser.run(listen).await;
    browser
        .run(
            "window.dispatchEvent(new Event('offline')); \
             window.dispatchEvent(new Event('online')); \
             window.dispatchEvent(new Event('offline'))",
        )
        .await;
    browser
        .until(
            "return said.join().endsWith('You are offline,You are online again,You are offline')",
        )
        .await;
    browser.close().await;
}
