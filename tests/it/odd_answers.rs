//! Token responses in an unexpected format: the presented pair is spent, so the new one must be
//! kept.

use serde_json::{Value, json};
use tests::Bed;

/// Refreshes twice; the token endpoint has a fault for the first refresh. Returns the status of
/// each, and how often the first refresh presented a token.
async fn refresh_twice(bed: &Bed, fault: Value) -> (u16, u16, u64) {
    let mut browser = bed.browser();
    let connection = bed.connect(&mut browser).await;
    let path = format!("/api/connections/{}", connection["id"].as_str().unwrap());
    let before = bed.sandbox.count("token_refresh").await;
    let rule = json!({ "on": { "endpoint": "token.refresh" }, "times": 1, "fault": fault });
    bed.sandbox.fault(rule).await;
    let first = browser.post(&format!("{path}/refresh"), &json!({})).await;
    let presented = bed.sandbox.count("token_refresh").await - before;
    bed.sandbox.heal().await;
    let read = browser.get(&format!("{path}/snyk/rest/self")).await;
    assert_eq!(
        read.status,
        200,
        "{fault}: {}",
        read.text,
        fault = first.text
    );
    let second = browser.post(&format!("{path}/refresh"), &json!({})).await;
    (first.status, second.status, presented)
}

#[tokio::test]
async fn sec_43_the_form_of_what_stands_beside_the_tokens_costs_no_connection() {
    let bed = Bed::start().await;
    for patch in [
        json!({ "expires_in": "3600" }),
        json!({ "expires_in": 3600.5 }),
        json!({ "expires_in": -1 }),
        json!({ "expires_in": 1e18 }),
        json!({ "expires_in": null }),
        json!({ "token_type": null }),
        json!({ "token_type": 5 }),
        json!({ "scope": ["org.read", "org.project.read"] }),
        json!({ "scope": 5 }),
        json!({ "refresh_expires_in": "soon" }),
    ] {
        let outcome = refresh_twice(&bed, json!({ "kind": "patch", "json": patch })).await;
        assert_eq!(outcome, (200, 200, 1), "{patch}");
    }
}

#[tokio::test]
async fn sec_43_an_answer_of_no_use_is_asked_for_once_more_where_a_token_may_be_consumed() {
    let bed = Bed::with(&["--rotation", "grace:60"], &[]).await;
    for fault in [
        json!({ "kind": "html", "status": 200, "consume": true }),
        json!({ "kind": "body", "json": [1] }),
        json!({ "kind": "malformed" }),
        json!({ "kind": "patch", "json": { "access_token": "a\nb" } }),
        json!({ "kind": "patch", "json": { "access_token": null } }),
    ] {
        let outcome = refresh_twice(&bed, fault.clone()).await;
        assert_eq!(outcome, (200, 200, 2), "{fault}");
    }
}

#[tokio::test]
async fn rel_5_an_absurd_pause_does_not_stop_renewal_for_years() {
    for retry_after in ["999999999", "Tue, 24 Nov 2099 05:00:00 GMT"] {
        // No token is valid for longer than a request takes.
        let bed = Bed::with(&["--access-ttl", "1"], &[]).await;
        let (mut browser, connection) = bed.connected().await;
        let fault =
            json!({ "kind": "status", "status": 503, "headers": { "retry-after": retry_after } });
        bed.sandbox
            .fault(json!({ "on": { "endpoint": "token.refresh" }, "fault": fault }))
            .await;
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        let path = format!(
            "/api/connections/{}/snyk/rest/self",
            connection["id"].as_str().unwrap()
        );
        browser.get(&path).await;
        let answer = browser.get(&path).await;
        let pause: u64 = answer.header("retry-after").parse().unwrap_or(0);
        assert!(
            (1..=900).contains(&pause),
            "{retry_after}: {} {}",
            answer.status,
            answer.text
        );
    }
}

#[tokio::test]
async fn rel_5_a_token_serves_to_its_end_when_it_cannot_be_renewed() {
    let mut bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    let away = json!({ "kind": "status", "status": 503, "headers": { "retry-after": "60" } });
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" }, "fault": away }))
        .await;
    bed.app.start_again_at("+3595s").await;
    let path = format!(
        "/api/connections/{}/snyk/rest/self",
        connection["id"].as_str().unwrap()
    );
    let answer = browser.get(&path).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    // The code exchange, and one failed presentation.
    assert_eq!(bed.sandbox.seen("/oauth2/token").await, 2);
}
