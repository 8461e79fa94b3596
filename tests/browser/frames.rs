//! Measurements in a real browser, for an otherwise idle machine: `cargo xtask test --only browser
//! --ignored`.

#![expect(clippy::print_stdout, reason = "it reports to a person")]

use serde_json::{Value, json};
use tests::browser::Browser;

use crate::{
    data::{org, projects_of, shows},
    visit::Visit,
};

/// Scrolls two rows in each frame, for ten seconds at sixty frames a second. Returns the times
/// between frames in milliseconds, and the number of frames without a row in the middle.
const SCROLL: &str = "const frames = []; let last, blank = 0; \
    const step = now => { \
        if (last !== undefined) frames.push(now - last); \
        last = now; \
        if (!document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('tr')) blank += 1; \
        scrollBy(0, 80); \
        if (frames.length < 600) requestAnimationFrame(step); else done([frames, blank, scrollY]); \
    }; \
    scrollTo(0, 400); \
    requestAnimationFrame(step)";

/// Keeps a reference to the memory of the page's Wasm, so that it can be measured.
const KEEP_MEMORY: &str = "for (const name of ['instantiate', 'instantiateStreaming']) { \
        const real = WebAssembly[name]; \
        WebAssembly[name] = async (...all) => { \
            const made = await real.apply(WebAssembly, all); \
            window.memory = (made.instance ?? made).exports.memory ?? window.memory; \
            return made; \
        }; \
    }";
const HAS_ROWS: &str = "return document.querySelectorAll('tbody .row:not(.skeleton)').length > 10";

/// A baseline: the same number of rows, all in the document, without any script of the app.
const PLAIN_TABLE: &str = "document.title = 'plain'; \
    document.body.innerHTML = '<table></table>'; \
    const row = '<tr style=\"height: 40px\">' + '<td>team/service: src/app/package.json</td>'.repeat(9) + '</tr>'; \
    document.querySelector('table').innerHTML = row.repeat(4012)";

#[tokio::test]
#[ignore = "a measurement: `cargo xtask test --only browser --ignored`"]
async fn frames_and_memory_while_four_thousand_projects_scroll() {
    let Visit { bed, browser } = Visit::at_overview().await;
    let address = projects_of(&bed, &browser, "Meridian Payments").await;
    let keep = json!({ "source": KEEP_MEMORY });
    browser
        .devtools("Page.addScriptToEvaluateOnNewDocument", keep)
        .await;
    browser.go(&address).await;
    browser.until(HAS_ROWS).await;
    report(&browser, "ours, while reading").await;
    shows(&browser, "of 4,012").await;
    browser
        .until("return !document.querySelector('[role=progressbar]')")
        .await;
    report(&browser, "ours, all read").await;

    browser.go("about:blank").await;
    browser.run(PLAIN_TABLE).await;
    report(&browser, "a plain table").await;
    browser.close().await;
}

/// The milliseconds from the start of the navigation until there are rows.
const FIRST_ROWS: &str = "window.watching = setInterval(() => { \
        if (document.querySelectorAll('tbody .row:not(.skeleton)').length > 10) { \
            window.firstRows = performance.now(); clearInterval(window.watching); \
        } \
    }, 5)";

#[tokio::test]
#[ignore = "a measurement: `cargo xtask test --only browser --ignored`"]
async fn frames_and_memory_while_twenty_thousand_issues_scroll() {
    let Visit { bed: _bed, browser } = Visit::at_overview().await;
    let payments = org(&browser, "Meridian Payments").await;
    for script in [KEEP_MEMORY, FIRST_ROWS] {
        let source = json!({ "source": script });
        browser
            .devtools("Page.addScriptToEvaluateOnNewDocument", source)
            .await;
    }
    browser.press("Issues").await;
    browser.until(HAS_ROWS).await;
    let address = browser.address().await;
    browser
        .go(&format!("{address}?status=all&ignored=all&org={payments}"))
        .await;
    browser.until("return window.firstRows > 0").await;
    let first = browser.run("return window.firstRows").await;
    println!("first rows after {first} ms, the document and the application included");
    report(&browser, "twenty thousand issues, while reading").await;
    browser
        .until("return !document.querySelector('[aria-busy]')")
        .await;
    let all = browser
        .run("return [document.querySelector('.windowed').ariaRowCount, Math.round(performance.now())]")
        .await;
    println!("rows, and the time until all are here: {all}");
    report(&browser, "twenty thousand issues, all read").await;
    browser.close().await;
}

async fn report(browser: &Browser, name: &str) {
    let scrolled = browser.run_async(SCROLL).await;
    let mut frames: Vec<f64> = scrolled[0]
        .as_array()
        .expect("times")
        .iter()
        .filter_map(Value::as_f64)
        .collect();
    frames.sort_by(f64::total_cmp);
    let at = |part: usize| frames[(frames.len() - 1) * part / 100];
    let late = frames.iter().filter(|frame| **frame > 25.0).count();
    println!(
        "{name}: {} frames, median {:.1} ms, 99 % {:.1} ms, longest {:.1} ms; {late} took more than \
         one and a half; {} without a row in the middle; scrolled to {}",
        frames.len(),
        at(50),
        at(99),
        at(100),
        scrolled[1],
        scrolled[2],
    );
    browser
        .devtools("HeapProfiler.collectGarbage", json!({}))
        .await;
    let heap = browser.devtools("Runtime.getHeapUsage", json!({})).await;
    let document = browser.devtools("Memory.getDOMCounters", json!({})).await;
    let memory = browser
        .run("return (window.memory?.buffer.byteLength ?? 0) / 1e6")
        .await;
    let drawn = browser
        .run("return document.querySelectorAll('tr').length")
        .await;
    println!(
        "{name}: {drawn} rows in the document, {} nodes; JavaScript {:.1} MB, Wasm {:.1} MB",
        document["nodes"],
        heap["usedSize"].as_f64().unwrap_or(f64::NAN) / 1e6,
        memory.as_f64().unwrap_or(f64::NAN),
    );
}
