//! Signals: each one either starts a graceful shutdown or is ignored, and a refresh in flight is
//! stored.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    Bed,
    client::{Answer, Client},
};

type Sent = tokio::task::JoinHandle<reqwest::Result<Answer>>;

fn refresh_path(connection: &Value) -> String {
    format!(
        "/api/connections/{}/refresh",
        connection["id"].as_str().unwrap()
    )
}

/// Starts a refresh, and returns when Snyk has issued the new pair and its response is in transit.
async fn in_mid_refresh(bed: &Bed, browser: &Client, connection: &Value) -> Sent {
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" },
            "fault": { "kind": "delay", "ms": 2_000, "when": "after" } }))
        .await;
    let before = bed.sandbox.count("token_refresh_ok").await;
    let request = browser.request(Method::POST, &refresh_path(connection));
    let refresh = browser.spawn(request.json(&json!({})));
    while bed.sandbox.count("token_refresh_ok").await == before {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    refresh
}

async fn is_stored(bed: &Bed, browser: &mut Client, generation: u64, signal: &str) {
    bed.sandbox.heal().await;
    let connections = browser.connections().await;
    assert_eq!(connections[0]["status"], "active", "{signal}");
    assert_eq!(connections[0]["generation"], generation, "{signal}");
}

#[tokio::test]
async fn rel_7_each_signal_that_asks_for_a_stop_gets_an_orderly_one_in_mid_refresh() {
    let mut bed = Bed::with(&["--rotation", "strict"], &[]).await;
    let (mut browser, connection) = bed.connected().await;
    let signals = ["HUP", "INT", "QUIT", "TERM", "XCPU", "PWR"];
    for (signal, generation) in signals.into_iter().zip(1..) {
        let refresh = in_mid_refresh(&bed, &browser, &connection).await;
        bed.app.signal(signal);
        assert_eq!(bed.app.exit_code().await, Some(0), "{signal}");
        assert_eq!(refresh.await.unwrap().unwrap().status, 200, "{signal}");
        bed.app.start_again(&[]).await;
        is_stored(&bed, &mut browser, generation, signal).await;
    }
    assert_eq!(bed.sandbox.count("reuses").await, 0);
}

#[tokio::test]
async fn rel_7_a_second_signal_during_the_stop_loses_no_refresh() {
    let mut bed = Bed::with(&["--rotation", "strict"], &[]).await;
    let (mut browser, connection) = bed.connected().await;
    let refresh = in_mid_refresh(&bed, &browser, &connection).await;
    for signal in ["INT", "INT", "TERM", "HUP", "QUIT", "INT"] {
        bed.app.signal(signal);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(bed.app.exit_code().await, Some(0));
    assert!(bed.app.output().contains("Stopping already"));
    assert_eq!(refresh.await.unwrap().unwrap().status, 200);
    bed.app.start_again(&[]).await;
    is_stored(&bed, &mut browser, 1, "many").await;
}

#[tokio::test]
async fn rel_13_signals_that_say_nothing_here_are_ignored_in_mid_refresh() {
    let mut bed = Bed::with(&["--rotation", "strict"], &[]).await;
    let (mut browser, connection) = bed.connected().await;
    let refresh = in_mid_refresh(&bed, &browser, &connection).await;
    for signal in [
        "USR1", "USR2", "ALRM", "PIPE", "VTALRM", "PROF", "IO", "XFSZ", "TSTP", "TTIN", "TTOU",
        "TRAP", "SYS", "STKFLT", "WINCH", "URG", "CHLD", "CONT", "RTMIN", "RTMIN+3", "64",
    ] {
        bed.app.signal(signal);
    }
    assert_eq!(refresh.await.unwrap().unwrap().status, 200);
    assert!(bed.app.is_running());
    is_stored(&bed, &mut browser, 1, "ignored").await;
    assert_eq!(bed.app.stop(), Some(0));
}

/// A terminal's Ctrl-C signals every process that runs in it, including the sandbox.
#[tokio::test]
async fn rel_7_an_app_and_its_sandbox_that_are_stopped_at_once_finish_a_refresh() {
    let mut bed = Bed::with(&["--rotation", "strict"], &[]).await;
    let (browser, connection) = bed.connected().await;
    let refresh = in_mid_refresh(&bed, &browser, &connection).await;
    bed.sandbox.signal("INT");
    bed.app.signal("INT");
    assert_eq!(refresh.await.unwrap().unwrap().status, 200);
    assert_eq!(bed.app.exit_code().await, Some(0));
    assert_eq!(bed.sandbox.exit_code().await, Some(0));
    assert!(bed.app.output().contains("A connection was refreshed"));
}
