//! A log that cannot be written costs only log lines: logins, refreshes and the graceful shutdown
//! still work.

use std::{
    fs::{File, OpenOptions},
    io::{PipeReader, Write as _},
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tests::{Bed, client::Client};

/// Returns a device that is always full.
fn full() -> Stdio {
    let device = OpenOptions::new().write(true).open("/dev/full").unwrap();
    device.into()
}

fn reader_gone() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// Returns a pipe that is full and is never read.
fn stuck() -> (PipeReader, Stdio) {
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&vec![b'x'; 64 * 1024]).unwrap();
    (reader, writer.into())
}

fn refresh_path(connection: &Value) -> String {
    format!(
        "/api/connections/{}/refresh",
        connection["id"].as_str().unwrap()
    )
}

/// Runs every operation of a person, and then a shutdown in the middle of a refresh.
async fn all_goes_on(bed: &mut Bed, browser: &mut Client, connection: &Value) {
    let other = bed.connected().await.0;
    assert_eq!(other.clone().connections().await.len(), 1);
    let path = refresh_path(connection);
    let id = connection["id"].as_str().unwrap();
    let generation = browser.connections().await[0]["generation"].clone();
    // An event that is logged as an error, and a rejected request.
    bed.sandbox
        .fault(
            json!({ "on": { "endpoint": "rest" }, "fault": { "kind": "status", "status": 500 } }),
        )
        .await;
    let read = format!("/api/connections/{id}/snyk/rest/self");
    assert_eq!(browser.get(&read).await.status, 500);
    bed.sandbox.heal().await;
    assert_eq!(browser.get(&read).await.status, 200);
    assert_eq!(browser.get("/readyz").await.status, 200);
    stops_in_mid_refresh(bed, browser, &path).await;
    bed.app.start_again(&[]).await;
    let connections = browser.connections().await;
    assert_eq!(connections[0]["status"], "active", "the new pair is stored");
    assert_ne!(connections[0]["generation"], generation);
    assert_eq!(browser.get(&read).await.status, 200);
    assert_eq!(bed.sandbox.count("reuses").await, 0);
}

async fn stops_in_mid_refresh(bed: &mut Bed, browser: &Client, path: &str) {
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" },
            "fault": { "kind": "delay", "ms": 2_000, "when": "after" } }))
        .await;
    let before = bed.sandbox.count("token_refresh_ok").await;
    let refresh = browser.request(reqwest::Method::POST, path);
    let refresh = browser.spawn(refresh.json(&json!({})));
    while bed.sandbox.count("token_refresh_ok").await == before {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bed.app.terminate();
    assert_eq!(bed.app.exit_code().await, Some(0), "an orderly stop");
    assert_eq!(refresh.await.unwrap().unwrap().status, 200);
    bed.sandbox.heal().await;
}

#[tokio::test]
async fn rel_13_standard_error_on_a_full_device_costs_log_lines_alone() {
    let mut bed = Bed::with(&["--rotation", "strict"], &[]).await;
    let (mut browser, connection) = bed.connected().await;
    bed.app.start_again_printing_to(full(), full()).await;
    all_goes_on(&mut bed, &mut browser, &connection).await;
}

#[tokio::test]
async fn rel_13_a_reader_of_the_log_that_has_gone_costs_log_lines_alone() {
    let mut bed = Bed::with(&["--rotation", "strict"], &[]).await;
    let (mut browser, connection) = bed.connected().await;
    bed.app
        .start_again_printing_to(reader_gone(), reader_gone())
        .await;
    all_goes_on(&mut bed, &mut browser, &connection).await;
}

#[tokio::test]
async fn rel_13_a_log_pipe_that_nobody_reads_holds_up_nothing() {
    let mut bed = Bed::with(&["--rotation", "strict"], &[]).await;
    let (mut browser, connection) = bed.connected().await;
    let (_out, stdout) = stuck();
    let (_err, stderr) = stuck();
    bed.app.start_again_printing_to(stdout, stderr).await;
    all_goes_on(&mut bed, &mut browser, &connection).await;
}

/// A full disk behind the log: lines are lost only while it is full.
#[tokio::test]
async fn rel_13_lines_that_a_full_disk_cost_are_counted_once_there_is_room() {
    for format in ["text", "json"] {
        let mut bed = Bed::with(&[], &[("LOG_FORMAT", format)]).await;
        let mut browser = bed.browser();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.log");
        let file = || OpenOptions::new().create(true).append(true).open(&path);
        let (out, err): (File, File) = (file().unwrap(), file().unwrap());
        bed.app
            .start_again_printing_to(out.into(), err.into())
            .await;
        // Space for the database, but not for a log of this length. The limit comes first: a line
        // that is written before the file has its length does not lengthen it.
        let length = 1024 * 1024;
        bed.app.fill_the_disk(length);
        file().unwrap().set_len(length).unwrap();
        for _ in 0..50 {
            // Each request writes a line at this level.
            assert_eq!(browser.get("/api/nothing").await.status, 404);
        }
        assert_eq!(std::fs::metadata(&path).unwrap().len(), length);
        bed.app.free_the_disk();
        let deadline = Instant::now() + Duration::from_mins(1);
        let line = loop {
            let log = std::fs::read(&path).unwrap();
            let log = String::from_utf8_lossy(&log[usize::try_from(length).unwrap()..]);
            if let Some(line) = log.lines().find(|line| line.contains("lines were lost")) {
                break line.to_owned();
            }
            assert!(Instant::now() < deadline, "nothing is told of lost lines");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        if format == "json" {
            let line: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(line["level"], "WARN", "{line}");
        }
        assert_eq!(bed.app.stop(), Some(0));
        let log = std::fs::read(&path).unwrap();
        assert!(String::from_utf8_lossy(&log).contains("Stopped"));
    }
}

/// The message of a failed start cannot be written; the exit code still reports the failure,
/// without delay.
#[tokio::test]
async fn rel_13_a_start_that_fails_ends_with_its_exit_code_though_nobody_hears_why() {
    let mut bed = Bed::start().await;
    let (_reader, stuck) = stuck();
    for stderr in [full(), reader_gone(), stuck] {
        let wrong = [("ENCRYPTION_SECRET", "short")];
        assert_eq!(
            bed.app.run_printing_to(&wrong, Stdio::null(), stderr).await,
            Some(1)
        );
    }
}
