//! Faults of lists: pages that are truncated, oversized or stalled, and links that lead nowhere.

use std::time::{Duration, Instant};

use http::StatusCode;
use serde_json::{Value, json};

use crate::bed::{Answer, Pair, Sandbox, cursor_in, encoded};

/// Returns a sandbox with a fault for its projects, but not for its issues.
async fn with_fault(fault: Value) -> (Sandbox, Pair, String) {
    let sandbox = Sandbox::start(&[]).await;
    let pair = sandbox.connect().await;
    let org = sandbox.org(&pair, "meridian-platform").await;
    sandbox
        .fault(json!({"on": {"endpoint": "rest", "path": "/rest/orgs/*/projects"}, "fault": fault}))
        .await;
    let issues = sandbox.read(&pair, &org, "issues", "").await;
    assert_eq!(issues.status, StatusCode::OK, "the fault is for one path");
    (sandbox, pair, org)
}

async fn projects(fault: Value) -> Answer {
    let (sandbox, pair, org) = with_fault(fault).await;
    sandbox.read(&pair, &org, "projects", "").await
}

#[tokio::test]
async fn statuses_come_with_their_words() {
    for (status, code, expected) in [
        (410, Value::Null, Value::Null),
        (429, Value::Null, json!("SNYK-0001")),
        (429, json!("SNYK-0006"), json!("SNYK-0006")),
        (503, Value::Null, json!("SNYK-0009")),
        (503, json!("SNYK-0099"), json!("SNYK-0099")),
    ] {
        let answer = projects(json!({"kind": "status", "status": status, "code": code})).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.json()["errors"][0]["code"], expected);
        assert_eq!(answer.header("retry-after"), "", "unless it is asked for");
    }
    let fault = json!({"kind": "status", "status": 429, "headers": {"Retry-After": "7"}});
    assert_eq!(projects(fault).await.header("retry-after"), "7");
    let answer = projects(json!({"kind": "html", "status": 503})).await;
    assert_eq!(answer.header("content-type"), "text/html");
}

#[tokio::test]
async fn a_cursor_can_lead_to_itself() {
    let (sandbox, pair, org) = with_fault(json!({"kind": "cursor_loop"})).await;
    let first = sandbox.read(&pair, &org, "projects", "").await.json();
    let next = |page: &Value| cursor_in(&page["links"]["next"], "starting_after").unwrap();
    let cursor = next(&first);
    let query = encoded(&[("starting_after", &cursor)]);
    let second = sandbox.read(&pair, &org, "projects", &query).await.json();
    assert_ne!(second["data"], first["data"]);
    assert_eq!(next(&second), cursor);
}

#[tokio::test]
async fn a_body_can_break_off() {
    let (sandbox, pair, org) = with_fault(json!({"kind": "truncated"})).await;
    let path = format!("/rest/orgs/{org}/projects?version=2024-10-15");
    let request = http::Request::get(path)
        .header("authorization", format!("Bearer {}", pair.access))
        .body(String::new())
        .unwrap();
    assert!(
        sandbox.send(request).await.is_err(),
        "less than was announced"
    );
    let record = sandbox.get("/_sandbox/requests").await.json();
    let last = record.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["status"], &last["fault"]),
        (&json!(200), &json!("truncated"))
    );

    let answer = projects(json!({"kind": "malformed"})).await;
    assert!(serde_json::from_str::<Value>(&answer.body).is_err());
}

#[tokio::test]
async fn a_body_can_be_of_any_size() {
    let answer = projects(json!({"kind": "large", "bytes": 5_000_001})).await;
    assert_eq!(answer.body.len(), 5_000_001);
    assert_eq!(answer.json()["data"].as_array().unwrap().len(), 10);
    // The default size is a hundred megabytes, which no test here needs to read.
    let sandbox = Sandbox::start(&[]).await;
    sandbox
        .fault(json!({"on": {"endpoint": "rest"}, "fault": {"kind": "large"}}))
        .await;
    let rules = sandbox.get("/_sandbox/faults").await.json();
    assert_eq!(rules[0]["fault"]["bytes"], 100_000_000);
}

#[tokio::test]
async fn a_body_can_stall_half_way() {
    let began = Instant::now();
    let answer = projects(json!({"kind": "stall", "ms": 250})).await;
    assert!(began.elapsed() >= Duration::from_millis(250));
    assert_eq!(
        answer.json()["data"].as_array().unwrap().len(),
        10,
        "in the end it is whole"
    );

    let (sandbox, pair, org) = with_fault(json!({"kind": "stall"})).await;
    let answer = sandbox.read(&pair, &org, "projects", "");
    let waited = tokio::time::timeout(Duration::from_millis(300), answer).await;
    assert!(waited.is_err(), "half a minute by itself");
}

#[tokio::test]
async fn one_value_can_be_any_text() {
    let at = "/data/1/attributes/name";
    let splice = |text: &str| json!({"kind": "splice", "at": at, "text": text});
    let broken = projects(splice(r#""Team \ud83d""#)).await.body;
    assert!(broken.contains(r#""name":"Team \ud83d""#), "{broken}");
    let twice = projects(splice(r#"null,"name":"b""#)).await.body;
    assert!(twice.contains(r#""name":null,"name":"b""#), "{twice}");
    let null = projects(splice("null")).await.json();
    assert_eq!(null.pointer(at), Some(&Value::Null));
    assert!(null["data"][0]["attributes"]["name"].is_string());
    let none = projects(json!({"kind": "splice", "at": at})).await.json();
    assert!(none["data"][1]["attributes"].is_object());
    assert_eq!(none.pointer(at), None);
    let other = projects(json!({"kind": "splice", "at": "/data/9999/id"})).await;
    assert!(other.json()["data"][0]["id"].is_string(), "as it was");
}
