//! A connection in the API, and its disconnect.

use std::time::Duration;

use serde_json::json;
use tests::Bed;

#[tokio::test]
async fn sec_38_no_secret_reaches_the_browser_the_log_or_the_database() {
    let bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    let path = format!("/api/connections/{}", connection["id"].as_str().unwrap());
    let mut seen = connection.to_string();
    for answer in [
        browser.get("/api/session").await,
        browser.get(&path).await,
        browser.post(&format!("{path}/refresh"), &json!({})).await,
        browser.get(&format!("{path}/snyk/rest/orgs")).await,
        browser.get(&format!("{path}/snyk/rest/nothing")).await,
    ] {
        seen.push_str(&format!("{:?}{}", answer.headers, answer.text));
    }
    let database = String::from_utf8_lossy(&bed.app.database_bytes()).into_owned();
    let output = bed.app.output();
    let mut secrets = bed.sandbox.secrets().await;
    secrets.push(tests::app::ENCRYPTION_SECRET.to_owned());
    assert!(secrets.len() >= 5, "{}", secrets.len());
    for secret in &secrets {
        assert!(!seen.contains(secret.as_str()), "the browser sees {secret}");
        assert!(!output.contains(secret.as_str()), "the log shows {secret}");
        assert!(
            !database.contains(secret.as_str()),
            "the database holds {secret}"
        );
    }
}

#[tokio::test]
async fn sec_22_less_than_asked_is_told() {
    let bed = Bed::with(&["--grant-scopes", "org.read"], &[]).await;
    let (_, connection) = bed.connected().await;
    assert_eq!(connection["scopes"], json!(["org.read"]));
    assert_eq!(
        connection["missing_scopes"],
        json!(["org.project.read", "org.project.snapshot.read"])
    );
}

#[tokio::test]
async fn sec_42_disconnect_erases_here_and_revokes_there() {
    let bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    let path = format!("/api/connections/{}", connection["id"].as_str().unwrap());
    let answer = browser.delete(&path).await;
    assert_eq!((answer.status, answer.header("revocation")), (204, "done"));
    let request = answer.header("x-request-id");
    let log = bed.app.output();
    let line = log
        .lines()
        .find(|line| line.contains("A person disconnected"));
    assert!(line.unwrap().contains(request), "{log}");
    assert_eq!(bed.sandbox.count("revocations").await, 1);
    assert!(browser.connections().await.is_empty());
    assert_eq!(browser.get(&path).await.status, 404);
    // Connecting again succeeds and yields the same connection.
    let again = bed.connect(&mut browser).await;
    assert_eq!(again["id"], connection["id"]);
    assert_eq!(again["status"], "active");
}

#[tokio::test]
async fn sec_42_a_provider_that_is_down_is_told_later() {
    let bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    let path = format!("/api/connections/{}", connection["id"].as_str().unwrap());
    bed.sandbox
        .fault(
            json!({ "on": { "endpoint": "revoke" }, "fault": { "kind": "status", "status": 503 } }),
        )
        .await;
    let answer = browser.delete(&path).await;
    assert_eq!(
        (answer.status, answer.header("revocation")),
        (204, "pending")
    );
    assert!(browser.connections().await.is_empty());
    bed.sandbox.heal().await;
    revoked(&bed, 1).await;
}

/// Waits until the background sweep has revoked this many tokens at the provider.
async fn revoked(bed: &Bed, tokens: u64) {
    for _ in 0..80 {
        if bed.sandbox.count("revocations").await >= tokens {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("the provider was never told");
}

#[tokio::test]
async fn sec_42_a_pair_that_comes_after_the_disconnect_is_revoked_too() {
    let bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    let path = format!("/api/connections/{}", connection["id"].as_str().unwrap());
    let slow = json!({ "kind": "delay", "ms": 2_500, "when": "after" });
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" }, "fault": slow, "times": 1 }))
        .await;
    // The revocation of the presented token succeeds, but that of the new pair fails.
    let away = json!({ "kind": "status", "status": 503 });
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "revoke" }, "fault": away, "skip": 1 }))
        .await;
    let refresh = tokio::spawn({
        let (mut browser, path) = (browser.clone(), format!("{path}/refresh"));
        async move { browser.post(&path, &json!({})).await }
    });
    while bed.sandbox.count("token_refresh").await == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let answer = browser.delete(&path).await;
    assert_eq!(
        (answer.status, answer.header("revocation")),
        (204, "pending")
    );
    refresh.await.unwrap();
    while bed.sandbox.seen("/oauth2/revoke").await < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bed.sandbox.heal().await;
    revoked(&bed, 2).await;
}

#[tokio::test]
async fn sec_42_the_pair_of_a_login_that_fails_is_revoked_when_the_provider_is_back() {
    let bed = Bed::start().await;
    let (mut browser, _) = bed.connected().await;
    let away = json!({ "kind": "status", "status": 503, "headers": { "retry-after": "2" } });
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "revoke" }, "fault": away }))
        .await;
    let slow = json!({ "kind": "delay", "ms": 1_500, "when": "after" });
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.code" }, "fault": slow }))
        .await;
    let attempt = browser.start_login(None).await;
    let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
    let finishing = tokio::spawn({
        let mut browser = browser.clone();
        async move { browser.finish(&callback).await }
    });
    while bed.sandbox.count("token_requests").await < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(browser.delete("/api/session").await.status, 204);
    let answer = finishing.await.unwrap();
    assert_eq!(answer.status, 401, "{}", answer.text);
    while bed.sandbox.seen("/oauth2/revoke").await < 1 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bed.sandbox.heal().await;
    revoked(&bed, 1).await;
}
