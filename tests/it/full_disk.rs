//! A full or read-only disk: stored data can be read, a write that fails is reported and does no
//! harm, and everything works again once there is space.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Bed, client::Client, small_disk::SmallDisk};

/// Waits until readiness has this status, and returns the response.
async fn readiness(browser: &mut Client, status: u16) -> String {
    for _ in 0..300 {
        let answer = browser.get("/readyz").await;
        if answer.status == status {
            return answer.text;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("readiness does not become {status}");
}

/// Reads the session, and reads from Snyk.
async fn reads_go_on(browser: &mut Client, connection: &Value) {
    assert_eq!(browser.connections().await.len(), 1);
    let path = format!(
        "/api/connections/{}/snyk/rest/self",
        connection["id"].as_str().unwrap()
    );
    let answer = browser.get(&path).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// Readiness reports what does not work, without anything confidential.
async fn is_told(bed: &Bed, browser: &mut Client) {
    let reported = readiness(browser, 503).await;
    assert!(reported.contains("cannot be written"), "{reported}");
    let database = bed.app.database();
    assert!(!reported.contains(database.parent().unwrap().to_str().unwrap()));
    assert!(
        !reported.contains("SQLITE") && !reported.contains("app.db"),
        "{reported}"
    );
}

/// Sends every request that writes: it fails while the disk is full, and succeeds once there is
/// space.
async fn every_write_fails_and_heals(bed: &Bed, fill: impl Fn(), free: impl Fn()) {
    let (mut browser, connection) = bed.connected().await;
    let path = format!("/api/connections/{}", connection["id"].as_str().unwrap());
    let refresh = format!("{path}/refresh");
    // Another login, up to the callback.
    let mut newcomer = bed.browser();
    let attempt = newcomer.start_login(None).await;
    let callback = bed.sandbox.consent(&attempt, "org:research", "allow").await;
    let tokens = bed.sandbox.seen("/oauth2/token").await;

    for round in 0..2 {
        fill();
        let mut refused = vec![
            browser.post(&refresh, &json!({})).await,
            newcomer.finish(&callback).await,
            browser.delete(&path).await,
        ];
        let mut kept = browser.clone();
        refused.push(kept.delete("/api/session").await);
        for (index, answer) in refused.iter().enumerate() {
            let reported = (answer.status, answer.code());
            assert_eq!(reported, (503, "unavailable".to_owned()), "{round} {index}");
        }
        reads_go_on(&mut browser, &connection).await;
        is_told(bed, &mut browser).await;
        assert_eq!(
            bed.sandbox.seen("/oauth2/token").await,
            tokens,
            "no token is presented whose successor could not be stored"
        );
        free();
        readiness(&mut browser, 200).await;
    }
    let answer = browser.post(&refresh, &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = newcomer.finish(&callback).await;
    assert_eq!(
        answer.status, 201,
        "the attempt was not used up: {}",
        answer.text
    );
    assert_eq!(newcomer.delete("/api/session").await.status, 204);
    let answer = browser.delete(&path).await;
    assert!(matches!(answer.status, 200 | 204), "{}", answer.text);
    bed.connected().await;
    assert_eq!(bed.sandbox.count("reuses").await, 0);
}

#[tokio::test]
async fn rel_13_every_write_that_cannot_grow_a_file_fails_alone_and_heals() {
    let bed = Bed::with(&["--rotation", "strict"], &[]).await;
    every_write_fails_and_heals(
        &bed,
        || bed.app.fill_the_disk(0),
        || bed.app.free_the_disk(),
    )
    .await;
}

/// The same on a full file system, where SQLite rolls back a transaction by itself.
#[tokio::test]
async fn rel_13_every_write_on_a_full_file_system_fails_alone_and_heals() {
    let Some(disk) = SmallDisk::mount() else {
        return;
    };
    let url = format!("sqlite://{}", disk.path("app.db").display());
    let bed = Bed::with(&["--rotation", "strict"], &[("DATABASE_URL", &url)]).await;
    every_write_fails_and_heals(&bed, || disk.fill(), || disk.free()).await;
}

#[tokio::test]
async fn rel_13_a_last_use_that_cannot_be_noted_keeps_nobody_from_reading_and_is_noted_later() {
    let mut bed = Bed::with(&["--access-ttl", "1000000"], &[]).await;
    let (mut browser, connection) = bed.connected().await;
    // The last use of a session is stored at most every three hours.
    bed.app.start_again_at("+4h").await;
    bed.app.fill_the_disk(0);
    for _ in 0..20 {
        reads_go_on(&mut browser, &connection).await;
    }
    is_told(&bed, &mut browser).await;
    reads_go_on(&mut browser, &connection).await;
    bed.app.free_the_disk();
    readiness(&mut browser, 200).await;
    assert_eq!(bed.app.stop(), Some(0));
    // A session expires after a day without use, and this one was used four hours after the login.
    bed.app.start_again_at("+27h").await;
    reads_go_on(&mut browser, &connection).await;
}

#[tokio::test]
async fn rel_13_a_pair_that_comes_on_a_full_disk_is_stored_once_there_is_room() {
    let bed = Bed::with(&["--rotation", "strict"], &[]).await;
    let (mut browser, connection) = bed.connected().await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" },
            "fault": { "kind": "delay", "ms": 1_500, "when": "after" } }))
        .await;
    let path = format!(
        "/api/connections/{}/refresh",
        connection["id"].as_str().unwrap()
    );
    let before = bed.sandbox.count("token_refresh_ok").await;
    let refresh = browser.spawn(browser.request(Method::POST, &path).json(&json!({})));
    while bed.sandbox.count("token_refresh_ok").await == before {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bed.app.fill_the_disk(0);
    tokio::time::sleep(Duration::from_secs(4)).await;
    reads_go_on(&mut browser, &connection).await;
    bed.app.free_the_disk();
    assert_eq!(refresh.await.unwrap().unwrap().status, 200);
    assert_eq!(browser.connections().await[0]["generation"], 1);
    bed.sandbox.heal().await;
    assert_eq!(browser.post(&path, &json!({})).await.status, 200);
    assert_eq!(bed.sandbox.count("reuses").await, 0);
}

/// The disk has space for the claim of an attempt, but not for the result of the login.
#[tokio::test]
async fn rel_13_a_login_that_cannot_be_stored_leaves_no_token_alive_and_a_way_on() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let attempt = browser.start_login(None).await;
    let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.code" },
            "fault": { "kind": "delay", "ms": 1_500, "when": "before" } }))
        .await;
    let (answer, ()) = tokio::join!(browser.finish(&callback), async {
        while bed.sandbox.seen("/oauth2/token").await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bed.app.fill_the_disk(0);
    });
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (503, "unavailable")
    );
    for _ in 0..200 {
        if bed.sandbox.count("revocations").await > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(bed.sandbox.count("revocations").await, 1);
    bed.app.free_the_disk();
    bed.sandbox.heal().await;
    readiness(&mut browser, 200).await;
    bed.connect(&mut browser).await;
}

/// An up-to-date database needs no space to be opened, so that the stored data is served.
#[tokio::test]
async fn rel_13_a_start_on_a_full_file_system_says_why_or_serves() {
    let Some(disk) = SmallDisk::mount() else {
        return;
    };
    let url = format!("sqlite://{}", disk.path("app.db").display());
    let mut bed = Bed::with(&[], &[("DATABASE_URL", &url)]).await;
    let (mut browser, connection) = bed.connected().await;
    // Killed, so that the database's auxiliary files still exist.
    bed.app.kill();
    disk.fill();
    bed.app.start_again_unready(&[]).await;
    reads_go_on(&mut browser, &connection).await;
    is_told(&bed, &mut browser).await;
    disk.free();
    readiness(&mut browser, 200).await;
    assert_eq!(bed.app.stop(), Some(0));
    // No auxiliary files, and no space to create them.
    disk.fill();
    let (code, output) = bed.app.run_to_end(&[]);
    assert_eq!(code, Some(1));
    assert!(output.contains("full"), "{output}");
    disk.free();
    bed.app.start_again(&[]).await;
    reads_go_on(&mut browser, &connection).await;
}
