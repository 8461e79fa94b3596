//! Exchanges that fail: by the token endpoint, or because the process is killed.

use super::*;

#[tokio::test]
async fn what_the_token_endpoint_does_is_told_in_words_and_nothing_is_retried() {
    let bed = Bed::start().await;
    for (fault, status, code) in [
        (
            json!({ "kind": "status", "status": 503 }),
            502,
            "provider_unavailable",
        ),
        (
            json!({ "kind": "status", "status": 429 }),
            502,
            "provider_unavailable",
        ),
        (json!({ "kind": "html" }), 502, "provider_unavailable"),
        (json!({ "kind": "malformed" }), 502, "provider_unavailable"),
        (
            json!({ "kind": "drop", "when": "before" }),
            504,
            "provider_unavailable",
        ),
        (
            json!({ "kind": "drop", "when": "after" }),
            504,
            "provider_unavailable",
        ),
        (json!({ "kind": "endless" }), 502, "provider_unavailable"),
        (
            json!({ "kind": "redirect", "status": 307, "location": "http://127.0.0.1:9/" }),
            502,
            "provider_unavailable",
        ),
    ] {
        let mut browser = bed.browser();
        bed.sandbox.heal().await;
        let before = bed.sandbox.seen("/oauth2/token").await;
        bed.sandbox
            .fault(json!({ "on": { "endpoint": "token.code" }, "fault": fault }))
            .await;
        let answer = bed.finish_after_consent(&mut browser, "group").await;
        assert_eq!(status_and_code(&answer), problem(status, code), "{fault}");
        assert_eq!(
            bed.sandbox.seen("/oauth2/token").await - before,
            1,
            "{fault}"
        );
        assert!(browser.cookies.is_empty(), "{fault}");
    }
}

#[tokio::test]
async fn a_wrong_client_secret_is_the_operators_error() {
    let bed = Bed::start().await;
    bed.sandbox
        .set(json!({ "client_secret": "rotated-at-snyk-0123456789abcdefghij" }))
        .await;
    let answer = bed.finish_after_consent(&mut bed.browser(), "group").await;
    assert_eq!(
        status_and_code(&answer),
        problem(502, "provider_rejected_client")
    );
    // The log names the setting to check.
    bed.app.prints("CLIENT_SECRET").await;
}

/// Kills the process at any moment of an exchange: the browser is then signed in or can start
/// again, no code is presented twice, and the next login succeeds.
#[tokio::test]
async fn rel_2_a_kill_at_any_moment_of_an_exchange_leaves_a_way_on() {
    let mut bed = Bed::start().await;
    for ms in (0..=280).step_by(20) {
        let mut browser = bed.browser();
        let attempt = browser.start_login(Some("/")).await;
        let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
        for when in ["before", "after"] {
            bed.sandbox
                .fault(json!({ "on": { "endpoint": "token.code" },
                    "fault": { "kind": "delay", "ms": 100, "when": when } }))
                .await;
        }
        let codes_before = bed.sandbox.seen("/oauth2/token").await;
        let request = browser
            .request(reqwest::Method::POST, "/api/connections")
            .json(&callback.body());
        let call = browser.spawn(request);
        tokio::time::sleep(Duration::from_millis(ms)).await;
        bed.app.kill();
        let _ = call.await.unwrap();
        bed.sandbox.heal().await;
        bed.app.start_again(&[]).await;
        let again = browser.finish(&callback).await;
        assert!(
            matches!(
                (again.status, again.code().as_str()),
                (201, _) | (409, "login_used")
            ),
            "killed after {ms} ms: {} {}",
            again.status,
            again.text
        );
        assert!(
            bed.sandbox.seen("/oauth2/token").await - codes_before <= 1,
            "killed after {ms} ms: a code is presented once"
        );
        let connection = bed.connect(&mut browser).await;
        assert_eq!(connection["status"], "active", "killed after {ms} ms");
    }
}
