//! Idle connections are refreshed before their refresh tokens end, if the operator wants it.

use std::time::{Duration, Instant};

use serde_json::Value;
use test_postgres::Database;
use tests::{Bed, client::Client};

/// Sessions that outlive the refresh tokens: nobody would be signed in otherwise.
const LONG_SESSIONS: [(&str, &str); 2] = [("SESSION_IDLE", "380d"), ("SESSION_LIFETIME", "390d")];

async fn generation(browser: &mut Client) -> Value {
    browser.connections().await.remove(0)["generation"].clone()
}

/// Three quarters of 180 days later, a server that keeps connections alive refreshes one that nobody
/// used, and does it once.
async fn keeps_an_idle_connection_alive(database: &[(&str, &str)]) {
    let variables = [
        &LONG_SESSIONS,
        database,
        &[("REFRESH_UNUSED_CONNECTIONS", "on")],
    ]
    .concat();
    let mut bed = Bed::with(&["--rotation", "strict"], &variables).await;
    let (mut browser, _) = bed.connected().await;
    bed.app.start_again_at("+134d").await;
    tokio::time::sleep(Duration::from_secs(13)).await;
    assert_eq!(generation(&mut browser).await, 0, "it is not due yet");

    bed.app.start_again_at("+136d").await;
    let began = Instant::now();
    while generation(&mut browser).await == 0 {
        assert!(began.elapsed() < Duration::from_mins(1), "never refreshed");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    tokio::time::sleep(Duration::from_secs(13)).await;
    assert_eq!(generation(&mut browser).await, 1);
    assert_eq!(bed.sandbox.count("token_refresh").await, 1);
    assert_eq!(bed.sandbox.count("reuses").await, 0);
}

#[tokio::test]
async fn rel_12_an_idle_connection_is_kept_alive_on_sqlite() {
    keeps_an_idle_connection_alive(&[]).await;
}

#[tokio::test]
async fn rel_12_an_idle_connection_is_kept_alive_on_postgres() {
    let database = Database::create();
    keeps_an_idle_connection_alive(&[("DATABASE_URL", &database.url())]).await;
}

#[tokio::test]
async fn rel_12_without_the_setting_an_idle_connection_is_left_alone() {
    let mut bed = Bed::with(&[], &LONG_SESSIONS).await;
    let (mut browser, _) = bed.connected().await;
    bed.app.start_again_at("+170d").await;
    tokio::time::sleep(Duration::from_secs(13)).await;
    assert_eq!(generation(&mut browser).await, 0);
}

/// While Snyk does not answer, nothing is lost, and it is tried again.
#[tokio::test]
async fn rel_12_an_idle_connection_outlives_an_outage() {
    let variables = [&LONG_SESSIONS[..], &[("REFRESH_UNUSED_CONNECTIONS", "on")]].concat();
    let mut bed = Bed::with(&["--rotation", "strict"], &variables).await;
    let (mut browser, _) = bed.connected().await;
    let unavailable = serde_json::json!({ "on": { "endpoint": "token.refresh" },
        "fault": { "kind": "status", "status": 503 } });
    bed.sandbox.fault(unavailable).await;
    bed.app.start_again_at("+170d").await;
    let began = Instant::now();
    while bed.sandbox.seen("/oauth2/token").await < 2 {
        assert!(began.elapsed() < Duration::from_mins(1), "never asked");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let connection = browser.connections().await.remove(0);
    assert_eq!(
        (&connection["status"], &connection["generation"]),
        (&"active".into(), &0.into())
    );
    bed.sandbox.heal().await;
    while generation(&mut browser).await == 0 {
        assert!(began.elapsed() < Duration::from_mins(2), "never refreshed");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(bed.sandbox.count("reuses").await, 0);
}
