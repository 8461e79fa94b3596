//! Faults: what is lost, what is consumed, what is returned.

use std::time::{Duration, Instant};

use http::StatusCode;
use serde_json::{Value, json};

use crate::bed::{Pair, Sandbox};

async fn with_fault(fault: Value) -> (Sandbox, Pair) {
    let sandbox = Sandbox::start(&[]).await;
    let pair = sandbox.connect().await;
    sandbox
        .fault(json!({"on": {"endpoint": "token.refresh"}, "times": 1, "fault": fault}))
        .await;
    (sandbox, pair)
}

#[tokio::test]
async fn dropped_before_leaves_the_token_good() {
    let (sandbox, pair) = with_fault(json!({"kind": "drop", "when": "before"})).await;
    assert!(sandbox.try_refresh(&pair.refresh).await.is_err());
    assert_eq!(sandbox.stat("token_refresh").await, 0);
    assert_eq!(sandbox.refresh(&pair.refresh).await.status, StatusCode::OK);
}

#[tokio::test]
async fn dropped_after_leaves_the_token_consumed() {
    let (sandbox, pair) = with_fault(json!({"kind": "drop", "when": "after"})).await;
    assert!(sandbox.try_refresh(&pair.refresh).await.is_err());
    assert_eq!(sandbox.stat("token_refresh_ok").await, 1);
    let replay = sandbox.refresh(&pair.refresh).await;
    assert_eq!(replay.oauth_error(), (400, "invalid_grant".to_owned()));
    let record = sandbox.get("/_sandbox/requests").await.json();
    let lost = record
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["fault"] == "drop")
        .unwrap();
    assert_eq!(lost["status"], Value::Null);
}

#[tokio::test]
async fn a_status_spares_the_token_unless_told_otherwise() {
    let (sandbox, pair) = with_fault(json!({"kind": "status", "status": 503,
                                            "headers": {"Retry-After": "7"}}))
    .await;
    let answer = sandbox.refresh(&pair.refresh).await;
    assert_eq!(
        answer.oauth_error(),
        (503, "temporarily_unavailable".to_owned())
    );
    assert_eq!(answer.header("retry-after"), "7");
    assert_eq!(sandbox.refresh(&pair.refresh).await.status, StatusCode::OK);

    let (sandbox, pair) = with_fault(json!({"kind": "status", "status": 500, "body": "",
                                            "consume": true}))
    .await;
    let answer = sandbox.refresh(&pair.refresh).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (500, ""));
    let replay = sandbox.refresh(&pair.refresh).await;
    assert_eq!(replay.oauth_error(), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn rest_and_v1_fail_in_their_own_words() {
    let sandbox = Sandbox::start(&[]).await;
    sandbox
        .fault(json!([
            {"on": {"endpoint": "rest"}, "fault": {"kind": "status", "status": 429,
             "headers": {"retry-after": "1"}}},
            {"on": {"endpoint": "v1"}, "fault": {"kind": "status", "status": 502}},
        ]))
        .await;
    let answer = sandbox.get("/rest/self").await;
    assert_eq!(answer.json()["errors"][0]["code"], "SNYK-0001");
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(sandbox.get("/v1/orgs").await.json()["code"], 502);
}

#[tokio::test]
async fn a_delay_holds_the_answer_and_combines() {
    let sandbox = Sandbox::start(&[]).await;
    sandbox
        .fault(json!([
            {"on": {"endpoint": "rest", "path": "/rest/self"}, "fault": {"kind": "delay", "ms": 150}},
            {"on": {"endpoint": "any"}, "fault": {"kind": "delay", "ms": 150, "when": "after"}},
            {"on": {"endpoint": "rest"}, "fault": {"kind": "html"}},
        ]))
        .await;
    let began = Instant::now();
    let answer = sandbox.get("/rest/self").await;
    assert!(began.elapsed() >= Duration::from_millis(300));
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert_eq!(answer.header("content-type"), "text/html");
    let record = sandbox.get("/_sandbox/requests").await.json();
    assert_eq!(record[0]["fault"], "delay+delay+html");
    assert!(record[0]["took_ms"].as_u64().unwrap() >= 300);
}

#[tokio::test]
async fn who_hangs_up_has_consumed_the_token() {
    let (sandbox, pair) = with_fault(json!({"kind": "delay", "ms": 300})).await;
    let impatient = tokio::time::timeout(
        Duration::from_millis(100),
        sandbox.try_refresh(&pair.refresh),
    );
    assert!(impatient.await.is_err());
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(sandbox.stat("token_refresh_ok").await, 1);
}

#[tokio::test]
async fn answers_can_be_spoilt() {
    let (sandbox, pair) = with_fault(json!({"kind": "malformed"})).await;
    let answer = sandbox.refresh(&pair.refresh).await;
    assert!(serde_json::from_str::<Value>(&answer.body).is_err());
    assert!(answer.body.starts_with("{\"access_token\":\""));

    let (sandbox, pair) = with_fault(json!({"kind": "patch", "json": {
        "expires_in": "soon", "refresh_token": null, "extra": {"a": [1]}
    }}))
    .await;
    let json = sandbox.refresh(&pair.refresh).await.json();
    assert_eq!(json["expires_in"], "soon");
    assert_eq!(json.get("refresh_token"), None);
    assert_eq!(json["token_type"], "bearer");

    let (sandbox, pair) = with_fault(json!({"kind": "body", "json": [1, 2]})).await;
    assert_eq!(sandbox.refresh(&pair.refresh).await.json(), json!([1, 2]));
    assert_eq!(sandbox.stat("token_refresh_ok").await, 1);

    let (sandbox, pair) = with_fault(json!({"kind": "redirect", "status": 307,
                                            "location": "http://evil.example/"}))
    .await;
    let answer = sandbox.refresh(&pair.refresh).await;
    assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(answer.header("location"), "http://evil.example/");
}

#[tokio::test]
async fn slow_answers_are_whole_and_endless_ones_never_end() {
    let (sandbox, pair) = with_fault(json!({"kind": "slow", "bytes_per_second": 4000})).await;
    let began = Instant::now();
    let answer = sandbox.refresh(&pair.refresh).await;
    assert!(began.elapsed() > Duration::from_millis(200));
    Pair::of(&answer);

    let (sandbox, pair) = with_fault(json!({"kind": "endless"})).await;
    let answer = tokio::time::timeout(
        Duration::from_millis(200),
        sandbox.try_refresh(&pair.refresh),
    );
    assert!(answer.await.is_err());
    assert_eq!(sandbox.refresh(&pair.refresh).await.status, StatusCode::OK);

    // The bomb is small on the wire.
    let (sandbox, pair) = with_fault(json!({"kind": "gzip_bomb"})).await;
    let answer = sandbox.refresh(&pair.refresh).await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert_eq!(sandbox.refresh(&pair.refresh).await.status, StatusCode::OK);
}

#[tokio::test]
async fn faults_can_be_taken_back() {
    let sandbox = Sandbox::start(&[]).await;
    sandbox
        .fault(json!({"on": {"endpoint": "any"}, "skip": 1, "fault": {"kind": "html"}}))
        .await;
    assert_eq!(
        sandbox.get("/rest/self").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        sandbox.get("/rest/self").await.status,
        StatusCode::BAD_GATEWAY
    );
    sandbox
        .control(http::Method::DELETE, "faults", Value::Null)
        .await;
    assert_eq!(
        sandbox.get("/rest/self").await.status,
        StatusCode::UNAUTHORIZED
    );
}
