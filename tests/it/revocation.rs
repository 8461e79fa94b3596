//! Revocation of tokens at the provider when the provider fails.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{Bed, client::Client};

fn path(connection: &Value) -> String {
    format!("/api/connections/{}", connection["id"].as_str().unwrap())
}

/// Connects an organization in its own browser; returns the connection and its refresh token.
async fn connected(bed: &Bed, choice: &str) -> (Client, Value, String) {
    let mut browser = bed.browser();
    let answer = bed.finish_after_consent(&mut browser, choice).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let secrets = bed.sandbox.secrets().await;
    let token = secrets
        .iter()
        .rfind(|secret| secret.starts_with("sandbox_refresh"))
        .unwrap();
    (browser, answer.json()["connection"].clone(), token.clone())
}

/// Returns the number of revocation requests for a token.
async fn told_of(bed: &Bed, token: &str) -> usize {
    let requests = bed.sandbox.requests().await;
    let of_it = |request: &&Value| {
        request["endpoint"] == "revoke" && request["form"]["token"] == json!(token)
    };
    requests.iter().filter(of_it).count()
}

/// A token whose revocation always fails, in any way, does not delay that of others.
#[tokio::test]
async fn sec_42_a_revocation_that_always_fails_does_not_keep_the_others_waiting() {
    for fault in [
        json!({ "kind": "status", "status": 500 }),
        json!({ "kind": "drop", "when": "before" }),
        json!({ "kind": "status", "status": 429 }),
    ] {
        let bed = Bed::start().await;
        let (mut browser, connection, dead) = connected(&bed, "group").await;
        bed.sandbox
            .fault(
                json!({ "on": { "endpoint": "revoke", "form": { "token": dead } },
                "fault": fault }),
            )
            .await;
        let answer = browser.delete(&path(&connection)).await;
        assert_eq!(answer.header("revocation"), "pending", "{fault}");
        // Other revocations that are queued later and fail at first.
        let mut others = Vec::new();
        for _ in 0..3 {
            let (mut browser, connection, token) = connected(&bed, "group").await;
            bed.sandbox
                .fault(
                    json!({ "on": { "endpoint": "revoke", "form": { "token": token } },
                    "times": 1, "fault": { "kind": "status", "status": 500 } }),
                )
                .await;
            let answer = browser.delete(&path(&connection)).await;
            assert_eq!(answer.header("revocation"), "pending", "{fault}");
            others.push(token);
        }
        let mut waited = 0;
        for token in others {
            while told_of(&bed, &token).await < 2 {
                waited += 1;
                assert!(waited < 240, "{fault}: others are never told");
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        }
        assert_eq!(bed.sandbox.count("revocations").await, 3, "{fault}");
    }
}
