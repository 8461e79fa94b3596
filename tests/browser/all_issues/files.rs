//! The list as files: CSV as Python reads it, and SARIF against the schema of the format.

use serde_json::Value;
use tests::browser::Browser;

use super::at_critical;
use crate::visit::Visit;

/// Keeps the file that the page saves.
const KEEP_FILE: &str = "window.file = undefined; \
    window.real ??= URL.createObjectURL; \
    URL.createObjectURL = blob => { blob.text().then(text => window.file = text); return real.call(URL, blob); }; \
    HTMLAnchorElement.prototype.click = function () { \
        if (this.download) window.saved = this.download; \
    };";

/// Saves the list in a format, and returns the file's name and text.
async fn saved(browser: &Browser, format: &str) -> (String, String) {
    browser.run(KEEP_FILE).await;
    browser.press("Export").await;
    browser.press(format).await;
    browser.until("return window.file !== undefined").await;
    let file = browser.run("return [window.saved, window.file]").await;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (text(&file[0]), text(&file[1]))
}

#[tokio::test]
async fn other_programs_read_the_saved_files() {
    let Visit { bed: _bed, browser } = at_critical().await;
    // The names of projects come after the issues.
    browser
        .until("return !!document.querySelector('.issue-in')")
        .await;
    let (name, csv) = saved(&browser, "CSV, for spreadsheets").await;
    let day = name
        .strip_prefix("issues-")
        .and_then(|rest| rest.strip_suffix(".csv"));
    assert_eq!(day.expect("a name").len(), "2026-11-30".len(), "{name}");
    browser
        .until("return document.body.innerText.includes('Saved 37 issues')")
        .await;
    let rows = tests::python::csv(&csv);
    assert_eq!(rows.len(), 38, "a line of heads, and one for each issue");
    assert!(
        rows.iter().all(|row| row.len() == rows[0].len()),
        "{rows:?}"
    );
    let column = |name: &str| {
        rows[0]
            .iter()
            .position(|head| head == name)
            .expect("a column")
    };
    let severity = column("Severity");
    assert!(rows[1..].iter().all(|row| row[severity] == "Critical"));
    assert!(
        rows[1..]
            .iter()
            .all(|row| !row[column("Project")].is_empty())
    );

    let (name, sarif) = saved(&browser, "SARIF, for other tools").await;
    assert!(name.ends_with("sarif"), "{name}");
    tests::sarif::validate(&sarif);
    let read: Value = serde_json::from_str(&sarif).expect("JSON");
    let results = read["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), 37);
    assert_eq!(read["runs"][0]["properties"]["complete"], true);
    browser.close().await;
}
