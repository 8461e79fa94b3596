//! Refresh tokens: each can be used once, and the response to a second presentation.

use http::{Method, StatusCode};
use serde_json::json;

use crate::bed::{Pair, Sandbox};

#[tokio::test]
async fn each_refresh_gives_a_new_pair() {
    let sandbox = Sandbox::start(&[]).await;
    let first = sandbox.connect().await;
    let second = Pair::of(&sandbox.refresh(&first.refresh).await);
    let third = Pair::of(&sandbox.refresh(&second.refresh).await);
    assert_ne!(first.access, second.access);
    assert_ne!(second.refresh, third.refresh);
    for access in [&first.access, &second.access, &third.access] {
        assert!(sandbox.is_alive(access).await);
    }
    let installs = sandbox.get("/_sandbox/installs").await.json();
    assert_eq!(installs[0]["generation"], 2);
    assert_eq!(installs[0]["refresh_alive"], true);
}

#[tokio::test]
async fn reuse_ends_the_family() {
    let sandbox = Sandbox::start(&[]).await;
    let first = sandbox.connect().await;
    let other = sandbox.connect().await;
    let second = Pair::of(&sandbox.refresh(&first.refresh).await);
    let reuse = sandbox.refresh(&first.refresh).await;
    assert_eq!(reuse.oauth_error(), (400, "invalid_grant".to_owned()));
    let newest = sandbox.refresh(&second.refresh).await;
    assert_eq!(newest.oauth_error(), (400, "invalid_grant".to_owned()));
    assert!(!sandbox.is_alive(&second.access).await);
    assert_eq!(sandbox.stat("reuses").await, 1);
    assert_eq!(sandbox.stat("families_revoked").await, 1);
    assert!(
        sandbox.is_alive(&other.access).await,
        "another family is not touched"
    );
}

#[tokio::test]
async fn in_grace_a_consumed_token_serves_again() {
    let sandbox = Sandbox::start(&["--rotation", "grace:60"]).await;
    let first = sandbox.connect().await;
    let second = Pair::of(&sandbox.refresh(&first.refresh).await);
    let again = Pair::of(&sandbox.refresh(&first.refresh).await);
    assert_ne!(second.refresh, again.refresh);
    assert_eq!(sandbox.stat("reuses_in_grace").await, 1);
    sandbox.set(json!({"rotation": "grace:0"})).await;
    let late = sandbox.refresh(&first.refresh).await;
    assert_eq!(late.oauth_error(), (400, "invalid_grant".to_owned()));
    assert_eq!(sandbox.stat("families_revoked").await, 1);
}

#[tokio::test]
async fn concurrent_presentations_are_told_so() {
    let sandbox = Sandbox::start(&[]).await;
    let pair = sandbox.connect().await;
    sandbox
        .fault(json!({"on": {"endpoint": "token.refresh"}, "times": 1,
                      "fault": {"kind": "delay", "ms": 600}}))
        .await;
    let (slow, quick) = tokio::join!(sandbox.refresh(&pair.refresh), async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        sandbox.refresh(&pair.refresh).await
    });
    assert_eq!(quick.oauth_error(), (400, "invalid_request".to_owned()));
    let description = quick.json()["error_description"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(description.contains("could not be completed due to concurrent access"));
    let next = Pair::of(&slow);
    assert_eq!(sandbox.stat("concurrent").await, 1);
    assert_eq!(sandbox.stat("reuses").await, 0);
    assert_eq!(sandbox.refresh(&next.refresh).await.status, StatusCode::OK);
}

#[tokio::test]
async fn tokens_end_by_themselves_or_on_request() {
    let sandbox = Sandbox::start(&["--access-ttl", "0"]).await;
    let pair = sandbox.connect().await;
    assert!(!sandbox.is_alive(&pair.access).await);
    sandbox.set(json!({"access_ttl": 3600})).await;
    let pair = Pair::of(&sandbox.refresh(&pair.refresh).await);
    assert!(sandbox.is_alive(&pair.access).await);
    sandbox
        .control(Method::POST, "expire", json!({"access": true}))
        .await;
    assert!(!sandbox.is_alive(&pair.access).await);
    let pair = Pair::of(&sandbox.refresh(&pair.refresh).await);
    sandbox
        .control(Method::POST, "expire", json!({"refresh": true}))
        .await;
    assert!(sandbox.is_alive(&pair.access).await);
    let ended = sandbox.refresh(&pair.refresh).await;
    assert_eq!(ended.oauth_error(), (400, "invalid_grant".to_owned()));
    assert_eq!(sandbox.stat("reuses").await, 0);
}

#[tokio::test]
async fn the_access_token_before_can_be_made_to_die() {
    let sandbox = Sandbox::start(&["--old-access", "dies"]).await;
    let first = sandbox.connect().await;
    let second = Pair::of(&sandbox.refresh(&first.refresh).await);
    assert!(!sandbox.is_alive(&first.access).await);
    assert!(sandbox.is_alive(&second.access).await);
}
