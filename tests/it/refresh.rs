//! Refreshes: many concurrent calls, disconnecting clients, and every response of the provider.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{
    Bed,
    client::{Answer, Client},
};

fn proxy_path(connection: &Value) -> String {
    format!(
        "/api/connections/{}/snyk/rest/self",
        connection["id"].as_str().unwrap()
    )
}

async fn call_all(browser: &Client, path: &str, count: usize) -> Vec<(u16, String)> {
    let calls: Vec<_> = (0..count)
        .map(|_| {
            let (mut browser, path) = (browser.clone(), path.to_owned());
            tokio::spawn(async move {
                let answer = browser.get(&path).await;
                (answer.status, answer.text)
            })
        })
        .collect();
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.unwrap());
    }
    answers
}

async fn generation(browser: &mut Client) -> u64 {
    browser.connections().await[0]["generation"]
        .as_u64()
        .unwrap()
}

/// Runs rounds of 200 concurrent calls on a token that has just expired.
async fn storm(rounds: u64) {
    let bed = Bed::with(&[], &[("LOG", "warn")]).await;
    let (mut browser, connection) = bed.connected().await;
    let path = proxy_path(&connection);
    for round in 1..=rounds {
        bed.sandbox.expire_access_tokens().await;
        for (status, text) in call_all(&browser, &path, 200).await {
            assert_eq!(status, 200, "round {round}: {text}");
        }
        assert_eq!(generation(&mut browser).await, round);
        assert_eq!(bed.sandbox.count("token_refresh").await, round);
    }
    assert_eq!(bed.sandbox.count("reuses").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_40_two_hundred_calls_on_a_dead_token_are_one_refresh() {
    storm(50).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `cargo xtask test --only it --ignored`"]
async fn sec_40_a_thousand_rounds_lose_nothing() {
    storm(1_000).await;
}

/// Waits until no refresh is in flight. A pair that expires while it is in transit is rejected when
/// it is new, and the response is then a 401 for a while, which another test covers.
async fn landed(bed: &Bed, browser: &mut Client) {
    loop {
        let before = bed.sandbox.count("token_refresh").await;
        tokio::time::sleep(Duration::from_millis(350)).await;
        let is_quiet = bed.sandbox.count("token_refresh").await == before;
        if is_quiet && generation(browser).await == bed.sandbox.count("token_refresh_ok").await {
            return;
        }
    }
}

#[tokio::test]
async fn rel_1_five_hundred_hang_ups_lose_nothing() {
    let bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    let path = proxy_path(&connection);
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" },
            "fault": { "kind": "delay", "ms": 300, "when": "after" } }))
        .await;
    for _ in 0..10 {
        bed.sandbox.expire_access_tokens().await;
        let calls = (0..50).map(|_| {
            let request = browser.request(reqwest::Method::GET, &path);
            let mut browser = browser.clone();
            tokio::spawn(async move {
                // The client disconnects in the middle of the refresh.
                let answer = browser.try_send(request);
                let _ = tokio::time::timeout(Duration::from_millis(60), answer).await;
            })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.unwrap();
        }
        landed(&bed, &mut browser).await;
    }
    bed.sandbox.heal().await;
    assert_eq!(browser.get(&path).await.status, 200);
    assert_eq!(bed.sandbox.count("reuses").await, 0);
    assert_eq!(
        generation(&mut browser).await,
        bed.sandbox.count("token_refresh_ok").await
    );
}

#[tokio::test]
async fn refresh_now_replaces_the_pair() {
    let bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    let path = format!(
        "/api/connections/{}/refresh",
        connection["id"].as_str().unwrap()
    );
    let answer = browser.post(&path, &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["generation"], 1);
    assert_eq!(answer.json()["status"], "active");
}

#[tokio::test]
async fn a_token_is_renewed_ahead_of_its_end_and_nobody_waits() {
    let mut bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" },
            "fault": { "kind": "delay", "ms": 1_500, "when": "before" } }))
        .await;
    // In its last five minutes the token is still valid, and the refresh is slow.
    bed.app.start_again_at("+56m").await;
    let answer = browser.get(&proxy_path(&connection)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(generation(&mut browser).await, 0, "nobody waited for it");
    for _ in 0..100 {
        if generation(&mut browser).await == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the pair was not renewed");
}

/// An unreachable provider is not flooded: clients get a `Retry-After`, and few requests are sent.
#[tokio::test]
async fn rel_5_a_dead_token_and_a_provider_that_is_away_make_no_storm() {
    let bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    let path = proxy_path(&connection);
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" },
            "fault": { "kind": "status", "status": 429, "headers": { "retry-after": "60" } } }))
        .await;
    bed.sandbox.expire_access_tokens().await;
    let before = bed.sandbox.seen("/oauth2/token").await;
    for round in 0..50 {
        let answer = browser.get(&path).await;
        // First the failure, then the backoff; never the API's 401, which would be wrong.
        let status = if round == 0 { 502 } else { 503 };
        assert_eq!(answer.status, status, "round {round}: {}", answer.text);
        let after: u64 = answer.header("retry-after").parse().unwrap();
        assert!((30..=62).contains(&after), "round {round}: {after}");
    }
    assert_eq!(bed.sandbox.seen("/oauth2/token").await - before, 1);
    assert_eq!(browser.connections().await[0]["status"], "active");
}

#[tokio::test]
async fn sec_44_what_passes_drops_nothing_and_what_is_dead_asks_to_reconnect() {
    let bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    let path = format!(
        "/api/connections/{}/refresh",
        connection["id"].as_str().unwrap()
    );
    for (fault, status, code) in [
        (
            json!({ "kind": "status", "status": 500 }),
            502,
            "provider_unavailable",
        ),
        (
            json!({ "kind": "status", "status": 429, "headers": { "retry-after": "60" } }),
            502,
            "provider_unavailable",
        ),
        (json!({ "kind": "html" }), 502, "provider_unavailable"),
        (
            json!({ "kind": "drop", "when": "before" }),
            504,
            "provider_unavailable",
        ),
        (
            json!({ "kind": "status", "status": 401, "content_type": "application/json",
            "body": "{\"error\":\"invalid_client\",\"error_description\":\"x\"}" }),
            502,
            "provider_rejected_client",
        ),
    ] {
        bed.sandbox
            .fault(json!({ "on": { "endpoint": "token.refresh" }, "fault": fault }))
            .await;
        let answer = browser.post(&path, &json!({})).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{fault}"
        );
        bed.sandbox.heal().await;
        let connections = browser.connections().await;
        assert_eq!(connections[0]["status"], "active", "{fault}");
    }
    assert_eq!(
        browser.post(&path, &json!({})).await.status,
        200,
        "all was well again"
    );

    bed.sandbox
        .fault(
            json!({ "on": { "endpoint": "token.refresh" }, "fault": { "kind": "status",
            "status": 400, "content_type": "application/json",
            "body": "{\"error\":\"invalid_grant\",\"error_description\":\"x\"}" } }),
        )
        .await;
    let answer = browser.post(&path, &json!({})).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (409, "reconnect_needed")
    );
    bed.sandbox.heal().await;
    let connections = browser.connections().await;
    assert_eq!(
        connections[0]["status"], "reconnect_needed",
        "still signed in, and told"
    );
    // Reconnecting restores the connection.
    let again = bed.connect(&mut browser).await;
    assert_eq!(
        (&again["id"], &again["status"]),
        (&connection["id"], &json!("active"))
    );
}

#[tokio::test]
async fn a_lost_answer_is_replayed_once_and_saved_by_a_grace_window() {
    let bed = Bed::with(&["--rotation", "grace:30"], &[]).await;
    let (mut browser, connection) = bed.connected().await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" }, "times": 1,
            "fault": { "kind": "drop", "when": "after" } }))
        .await;
    let path = format!(
        "/api/connections/{}/refresh",
        connection["id"].as_str().unwrap()
    );
    let answer = browser.post(&path, &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(bed.sandbox.count("token_refresh").await, 2);
}

/// Starts a refresh by a call on a dead token, kills the app after a delay, restarts it and calls
/// again.
async fn kill_during_a_refresh(bed: &mut Bed, browser: &mut Client, path: &str, ms: u64) -> Answer {
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" },
            "fault": { "kind": "delay", "ms": 100, "when": "before" } }))
        .await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" },
            "fault": { "kind": "delay", "ms": 100, "when": "after" } }))
        .await;
    bed.sandbox.expire_access_tokens().await;
    let call = browser.spawn(browser.request(reqwest::Method::GET, path));
    tokio::time::sleep(Duration::from_millis(ms)).await;
    bed.app.kill();
    let _ = call.await.unwrap();
    bed.sandbox.heal().await;
    bed.app.start_again(&[]).await;
    browser.get(path).await
}

#[tokio::test]
async fn rel_2_a_kill_at_any_moment_of_a_refresh_loses_nothing_within_a_grace_window() {
    let mut bed = Bed::with(&["--rotation", "grace:60"], &[]).await;
    let (mut browser, connection) = bed.connected().await;
    let path = proxy_path(&connection);
    for ms in (0..=240).step_by(15) {
        let answer = kill_during_a_refresh(&mut bed, &mut browser, &path, ms).await;
        assert_eq!(answer.status, 200, "killed after {ms} ms: {}", answer.text);
    }
}

/// Under strict rotation a pair that Snyk issued and that was not stored is lost by Snyk's rules.
/// Nothing else is lost: the record, the session and the option to reconnect remain.
#[tokio::test]
async fn rel_2_a_kill_at_any_moment_under_strict_rotation_keeps_the_record_and_the_session() {
    let mut bed = Bed::with(&["--rotation", "strict"], &[]).await;
    let (mut browser, connection) = bed.connected().await;
    let path = proxy_path(&connection);
    let mut lost = 0;
    for ms in (0..=240).step_by(15) {
        let consumed_before = bed.sandbox.count("token_refresh_ok").await;
        let stored_before = generation(&mut browser).await;
        let answer = kill_during_a_refresh(&mut bed, &mut browser, &path, ms).await;
        let connections = browser.connections().await;
        assert_eq!(
            connections.len(),
            1,
            "killed after {ms} ms: the record stays"
        );
        assert_eq!(connections[0]["id"], connection["id"]);
        match (answer.status, answer.code().as_str()) {
            (200, _) => {}
            (409, "reconnect_needed") => {
                assert_eq!(connections[0]["status"], "reconnect_needed");
                assert!(
                    bed.sandbox.count("token_refresh_ok").await > consumed_before
                        && generation(&mut browser).await == stored_before,
                    "killed after {ms} ms: lost only where Snyk gave out what was not stored"
                );
                lost += 1;
                let again = bed.connect(&mut browser).await;
                assert_eq!(
                    again["id"], connection["id"],
                    "connected again in its place"
                );
            }
            other => panic!("killed after {ms} ms: {other:?} {}", answer.text),
        }
    }
    assert!(
        lost > 0,
        "some kill fell between Snyk’s answer and our disk"
    );
}
