//! The rate limit of REST.

use http::StatusCode;
use serde_json::json;

use crate::bed::Sandbox;

const SELF: &str = "/rest/self?version=2024-10-15";

#[tokio::test]
async fn a_token_that_asks_too_much_is_told_when_to_come_back() {
    let sandbox = Sandbox::start(&[]).await;
    assert_eq!(
        sandbox.get("/_sandbox/settings").await.json()["rate_limit"],
        1_620
    );
    let pair = sandbox.connect().await;
    let other = sandbox.connect().await;
    sandbox
        .set(json!({"rate_limit": 3, "rate_interval_ms": 90_000}))
        .await;
    for _ in 0..3 {
        let answer = sandbox.get_with(SELF, &pair.access).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    let answer = sandbox.get_with(SELF, &pair.access).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.header("retry-after"), "90");
    assert_eq!(answer.header("x-ratelimit-reset"), "90");
    assert_eq!(answer.json()["errors"][0]["code"], "SNYK-0001");
    assert_eq!(sandbox.stat("rate_limited").await, 1);
    assert!(
        sandbox.is_alive(&other.access).await,
        "each token for itself"
    );
    assert_eq!(
        sandbox.get_with("/v1/orgs", &pair.access).await.status,
        StatusCode::OK
    );

    sandbox.set(json!({"rate_limit": null})).await;
    assert!(sandbox.is_alive(&pair.access).await, "without a limit");
}

#[tokio::test]
async fn after_the_interval_it_may_ask_again() {
    let sandbox = Sandbox::start(&["--rate-limit", "1"]).await;
    sandbox.set(json!({"rate_interval_ms": 700})).await;
    let pair = sandbox.connect().await;
    let refusal = loop {
        let answer = sandbox.get_with(SELF, &pair.access).await;
        if answer.status != StatusCode::OK {
            break answer;
        }
    };
    assert_eq!(refusal.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refusal.header("retry-after"), "1", "whole seconds");
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
    assert!(sandbox.is_alive(&pair.access).await);
}
