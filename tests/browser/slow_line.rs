//! What a first visit costs on a slow line, for an otherwise idle machine: `cargo xtask test --only
//! browser --ignored -- slow_line`.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{Bed, browser::Browser};

const ROUNDS: usize = 5;
/// Notes when a page first shows each thing, in milliseconds since its navigation began.
const NOTE: &str = "window.seen = {}; \
    const note = (name, is) => { if (!(name in seen) && is) seen[name] = performance.now(); }; \
    const look = () => { \
        const text = document.body?.innerText ?? ''; \
        const connect = [...document.querySelectorAll('button, a')] \
            .find(it => it.innerText.startsWith('Connect ')); \
        note('words', text.includes('See which issues matter')); \
        note('connect', connect && !connect.disabled \
            && connect.getAttribute('aria-disabled') !== 'true' \
            && connect.getAttribute('aria-busy') !== 'true'); \
        const isOverview = location.pathname === '/' && !!document.querySelector('header .switcher'); \
        note('numbers', isOverview && /[1-9]\\d*\\s+critical/i.test(text)); \
        note('whole', isOverview && 'numbers' in seen \
            && !document.querySelector('[role=progressbar]') && /5,724 projects/.test(text)); \
        requestAnimationFrame(look); \
    }; \
    look()";

/// A phone's line and processor, as Lighthouse simulates them.
async fn slow_down(browser: &Browser) {
    browser.devtools("Network.enable", json!({})).await;
    let line = json!({ "offline": false, "latency": 150,
        "downloadThroughput": 200_000, "uploadThroughput": 93_750 });
    browser
        .devtools("Network.emulateNetworkConditions", line)
        .await;
    let rate = json!({ "rate": 4 });
    browser
        .devtools("Emulation.setCPUThrottlingRate", rate)
        .await;
    let note = json!({ "source": NOTE });
    browser
        .devtools("Page.addScriptToEvaluateOnNewDocument", note)
        .await;
}

#[tokio::test]
#[ignore = "a measurement: `cargo xtask test --only browser --ignored -- slow_line`"]
async fn a_first_visit_on_a_slow_line() {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let bed = Bed::start().await;
        let browser = Browser::open().await;
        slow_down(&browser).await;
        browser.go(&bed.app.url).await;
        browser.until("return 'connect' in seen").await;
        let welcome = browser
            .run(
                "return [performance.getEntriesByName('first-contentful-paint')[0]?.startTime, \
                  seen.words, seen.connect]",
            )
            .await;
        browser.press("Connect ").await;
        browser.heading("asks to read").await;
        browser.press("Allow").await;
        wait_for(&browser, "whole").await;
        let overview = browser.run("return [seen.numbers, seen.whole]").await;
        browser.driver.refresh().await.expect("the page reloads");
        wait_for(&browser, "whole").await;
        let reloaded = browser.run("return [seen.numbers, seen.whole]").await;
        rounds.push([&welcome, &overview, &reloaded].map(numbers).concat());
        browser.close().await;
    }
    for (at, name) in [
        "first contentful paint",
        "the welcome's words",
        "Connect is ready",
        "first numbers, after consent",
        "the whole overview, after consent",
        "first numbers, after a reload",
        "the whole overview, after a reload",
    ]
    .iter()
    .enumerate()
    {
        let mut all: Vec<f64> = rounds.iter().map(|round| round[at]).collect();
        all.sort_by(f64::total_cmp);
        let seconds: Vec<_> = all
            .iter()
            .map(|ms| format!("{:.2}", ms / 1_000.0))
            .collect();
        println!(
            "{name}: median {} s ({})",
            seconds[ROUNDS / 2],
            seconds.join(", ")
        );
    }
}

/// Waits longer than other tests do: megabytes are on their way.
async fn wait_for(browser: &Browser, name: &str) {
    let script = format!("return window.seen && '{name}' in seen");
    for _ in 0..1_200 {
        if browser.run(&script).await == Value::Bool(true) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never {name}:\n{}", browser.text().await);
}

/// Returns the numbers of a script's answer.
fn numbers(answer: &Value) -> Vec<f64> {
    let numbers = answer.as_array().into_iter().flatten();
    numbers
        .map(|number| number.as_f64().unwrap_or(f64::NAN))
        .collect()
}
