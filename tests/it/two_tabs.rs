//! Logins of one browser that finish concurrently, or during a sign-out.

use std::time::Duration;

use serde_json::json;
use tests::{
    Bed,
    client::{Answer, Callback, Client},
};

/// Delays the code exchange by `ms` milliseconds.
async fn slow_exchange(bed: &Bed, ms: u64) {
    let fault = json!({ "kind": "delay", "ms": ms, "when": "after" });
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.code" }, "fault": fault }))
        .await;
}

async fn begun(bed: &Bed, browser: &mut Client, choice: &str) -> Callback {
    let attempt = browser.start_login(None).await;
    bed.sandbox.consent(&attempt, choice, "allow").await
}

/// Finishes a login in one tab of a browser; returns the resulting state of the browser.
fn finish(browser: &Client, callback: Callback) -> tokio::task::JoinHandle<(Client, Answer)> {
    let mut tab = browser.clone();
    tokio::spawn(async move {
        let answer = tab.finish(&callback).await;
        (tab, answer)
    })
}

#[tokio::test]
async fn sec_13_two_tabs_that_finish_at_once_lose_no_connection() {
    let bed = Bed::start().await;
    for signed_in in [false, true] {
        let mut browser = bed.browser();
        if signed_in {
            bed.connect(&mut browser).await;
        }
        let one = begun(&bed, &mut browser, "org:meridian-payments").await;
        let two = begun(&bed, &mut browser, "org:logistics-jp").await;
        slow_exchange(&bed, 700).await;
        let first = finish(&browser, one);
        tokio::time::sleep(Duration::from_millis(200)).await;
        let second = finish(&browser, two);
        let (mut earlier, answer) = first.await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text);
        let (mut later, answer) = second.await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text);
        bed.sandbox.heal().await;
        assert_eq!(later.connections().await.len(), 2 + usize::from(signed_in));
        // Only the later session remains.
        assert!(earlier.connections().await.is_empty());
    }
}

/// An attacker plants their attempt's cookie in another browser: they must get no access to the
/// victim's connection.
#[tokio::test]
async fn sec_24_a_planted_attempt_does_not_reach_what_its_victim_connects() {
    let bed = Bed::start().await;
    let (mut thief, mut victim) = (bed.browser(), bed.browser());
    let own = begun(&bed, &mut thief, "org:logistics-jp").await;
    victim.cookies.extend(thief.cookies.clone());
    let theirs = begun(&bed, &mut victim, "org:meridian-payments").await;
    assert_eq!(victim.finish(&theirs).await.status, 201);
    assert_eq!(thief.finish(&own).await.status, 201);
    assert_eq!(thief.connections().await.len(), 1);
    assert_eq!(victim.connections().await.len(), 1);
}

#[tokio::test]
async fn sec_28_signing_out_ends_a_login_that_is_being_exchanged() {
    let bed = Bed::start().await;
    let (mut browser, _) = bed.connected().await;
    let callback = begun(&bed, &mut browser, "org:meridian-payments").await;
    slow_exchange(&bed, 1_500).await;
    let finishing = finish(&browser, callback);
    while bed.sandbox.count("token_requests").await < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(browser.delete("/api/session").await.status, 204);
    let (_, answer) = finishing.await.unwrap();
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (401, "not_signed_in")
    );
    assert!(!answer.headers.iter().any(|(name, value)| {
        name == "set-cookie"
            && value
                .to_str()
                .is_ok_and(|value| value.starts_with("session="))
    }));
    // Its token pair is revoked.
    for _ in 0..100 {
        if bed.sandbox.count("revocations").await == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the pair was not revoked");
}

#[tokio::test]
async fn sec_6_a_foreign_issuer_uses_the_attempt_up() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let callback = begun(&bed, &mut browser, "group").await;
    let mut kept = browser.clone();
    let foreign = callback.clone().with("iss", "https://evil.example");
    assert_eq!(browser.finish(&foreign).await.code(), "state_mismatch");
    assert_eq!(kept.finish(&callback).await.code(), "login_used");
    assert_eq!(bed.sandbox.count("token_requests").await, 0);
}

#[tokio::test]
async fn sec_6_a_clock_that_was_wrong_for_a_while_gives_no_second_exchange() {
    let mut bed = Bed::start().await;
    let mut browser = bed.browser();
    let callback = begun(&bed, &mut browser, "group").await;
    let mut kept = browser.clone();
    assert_eq!(browser.finish(&callback).await.status, 201);
    // The background sweep runs at startup.
    bed.app.start_again_at("+3h").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    bed.app.start_again_at("+0").await;
    assert_eq!(kept.finish(&callback).await.code(), "login_used");
}
