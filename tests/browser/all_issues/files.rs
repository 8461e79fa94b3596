//! The list as files: CSV as Python reads it, and SARIF against the schema of the format.

use serde_json::{Value, json};
use tests::browser::Browser;

use super::at_critical;
use crate::{
    data::{org, shows},
    visit::Visit,
};

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

#[tokio::test]
async fn a_hostile_title_arrives_as_text() {
    const TITLE: &str =
        "=cmd()|' /C calc'!A1 \"quoted\", <script>window.ran = 1</script>\nnext line";
    let Visit { bed, browser } = Visit::at_overview().await;
    shows(&browser, "Updated").await;
    let org = org(&browser, "Meridian Platform").await;
    let issue = json!({ "type": "issue", "id": "0a0a0a0a-0000-4000-8000-000000000001",
        "attributes": { "title": TITLE, "effective_severity_level": "critical", "status": "open",
            "ignored": false, "type": "package_vulnerability", "key": "k" } });
    bed.sandbox
        .fault(json!({
            "on": { "endpoint": "rest", "path": format!("/rest/orgs/{org}/issues") },
            "fault": { "kind": "patch", "json": { "data": [issue], "links": null } } }))
        .await;
    browser.press("Issues").await;
    shows(&browser, "=cmd()").await;

    let (_, csv) = saved(&browser, "CSV, for spreadsheets").await;
    let rows = tests::python::csv(&csv);
    let title = rows[0].iter().position(|head| head == "Title").unwrap();
    let found: Vec<_> = rows
        .iter()
        .filter(|row| row[title].contains("cmd()"))
        .collect();
    assert_eq!(found.len(), 1, "{rows:?}");
    assert_eq!(found[0].len(), rows[0].len());
    assert_eq!(found[0][title], format!("'{TITLE}"));

    let (_, sarif) = saved(&browser, "SARIF, for other tools").await;
    tests::sarif::validate(&sarif);
    let read: Value = serde_json::from_str(&sarif).expect("JSON");
    let results = read["runs"][0]["results"].as_array().expect("results");
    let messages: Vec<_> = results
        .iter()
        .filter_map(|it| it["message"]["text"].as_str())
        .collect();
    assert!(
        messages.iter().any(|text| text.contains(TITLE)),
        "{messages:?}"
    );
    assert_eq!(browser.run("return window.ran").await, Value::Null);
    browser.close().await;
}
