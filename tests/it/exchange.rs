//! The code exchange: the order of checks, replays, and which browser may exchange which code.

mod failures;

use std::time::Duration;

use serde_json::json;
use tests::{Bed, client::Answer, client::Callback};

fn status_and_code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

fn problem(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_person_connects_and_the_answer_is_the_contract() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let attempt = browser.start_login(Some("/flow")).await;
    let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
    let answer = browser.finish(&callback).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let connection = &answer.json()["connection"];
    assert_eq!(answer.json()["return_to"], "/flow");
    assert_eq!(connection["status"], "active");
    assert_eq!(connection["context"], "tenant");
    assert_eq!(connection["generation"], 0);
    assert_eq!(connection["missing_scopes"], json!([]));
    assert!(
        connection["orgs"].as_array().unwrap().len() >= 5,
        "{connection}"
    );
    assert!(
        connection["access_token_expires_at"]
            .as_str()
            .unwrap()
            .ends_with('Z')
    );
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["session"]);
    assert_eq!(
        browser.connections().await,
        std::slice::from_ref(connection)
    );
}

#[tokio::test]
async fn sec_39_the_token_request_is_what_rfc_6749_and_snyk_ask_for() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let attempt = browser.start_login(None).await;
    let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
    browser.finish(&callback).await;
    let requests = bed.sandbox.requests().await;
    let token: Vec<_> = requests
        .iter()
        .filter(|r| r["path"] == "/oauth2/token")
        .collect();
    let [request] = token.as_slice() else {
        panic!("one token request, not {token:?}")
    };
    let form = &request["form"];
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(form["client_secret"], tests::registration::CLIENT_SECRET);
    assert_eq!(form["redirect_uri"], format!("{}/callback", bed.app.url));
    assert_eq!(form["code_verifier"], attempt.verifier.as_str());
    assert!(
        request["headers"].get("authorization").is_none(),
        "{request}"
    );
}

#[tokio::test]
async fn sec_6_twenty_presentations_at_once_are_one_exchange() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let attempt = browser.start_login(None).await;
    let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
    let all: Vec<_> = (0..20)
        .map(|_| {
            let (mut browser, callback) = (browser.clone(), callback.clone());
            tokio::spawn(async move { status_and_code(&browser.finish(&callback).await) })
        })
        .collect();
    let mut connected = 0;
    for one in all {
        let (status, code) = one.await.unwrap();
        if status == 201 {
            connected += 1;
        } else {
            assert_eq!((status, code.as_str()), (409, "login_used"));
        }
    }
    assert_eq!(connected, 1);
    assert_eq!(bed.sandbox.count("token_requests").await, 1);
}

#[tokio::test]
async fn sec_6_a_replay_with_the_kept_cookie_never_exchanges_again() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let attempt = browser.start_login(None).await;
    let mut kept = browser.clone();
    let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
    assert_eq!(browser.finish(&callback).await.status, 201);
    assert_eq!(
        status_and_code(&kept.finish(&callback).await),
        problem(409, "login_used")
    );
    // A denied request uses up an attempt as well.
    let attempt = browser.start_login(None).await;
    let kept = browser.clone();
    let callback = bed.sandbox.consent(&attempt, "group", "refuse").await;
    assert_eq!(
        status_and_code(&browser.finish(&callback).await),
        problem(403, "access_denied")
    );
    assert_eq!(
        status_and_code(&kept.clone().finish(&callback).await),
        problem(409, "login_used")
    );
    let code = Callback(
        callback
            .0
            .clone()
            .into_iter()
            .filter(|(n, _)| n == "state")
            .collect(),
    )
    .with("code", "x");
    assert_eq!(
        status_and_code(&kept.clone().finish(&code).await),
        problem(409, "login_used")
    );
    assert_eq!(bed.sandbox.count("token_requests").await, 1);
}

#[tokio::test]
async fn sec_8_9_10_a_state_that_is_not_this_browsers_gets_nowhere() {
    let bed = Bed::start().await;
    let (mut one, mut other) = (bed.browser(), bed.browser());
    let attempt = one.start_login(None).await;
    other.start_login(None).await;
    let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
    // SEC-12: another browser posts this browser's code, with and without its own attempt.
    assert_eq!(
        status_and_code(&other.finish(&callback).await),
        problem(400, "state_mismatch")
    );
    assert_eq!(
        status_and_code(&bed.browser().finish(&callback).await),
        problem(400, "state_mismatch")
    );
    // The other browser registers its own state and combines it with the stolen code: the verifier
    // does not match.
    let own = other.start_login(None).await;
    let swapped = callback.clone().with("state", &own.state);
    assert_eq!(
        status_and_code(&other.finish(&swapped).await),
        problem(400, "code_rejected")
    );
    // Forged states, also with an error response: the stranger's text is not echoed.
    for state in ["", "short", &"a".repeat(43)] {
        let forged = callback.clone().with("state", state);
        assert_eq!(
            status_and_code(&one.finish(&forged).await),
            problem(400, "state_mismatch"),
            "{state}"
        );
        let body = json!({ "error": "x", "error_description": "strangers-words", "state": state });
        let answer = one.post("/api/connections", &body).await;
        assert_eq!(status_and_code(&answer), problem(400, "state_mismatch"));
        assert!(!answer.text.contains("strangers-words"));
    }
}

#[tokio::test]
async fn sec_12_a_code_is_worth_nothing_in_another_browser_whatever_it_registers() {
    let bed = Bed::start().await;
    let mut victim = bed.browser();
    let attempt = victim.start_login(None).await;
    let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
    let mut thief = bed.browser();
    // The attacker knows code and state from the URL, and registers that state.
    let body = json!({ "state": attempt.state, "code_verifier": "b".repeat(43) });
    assert_eq!(thief.post("/api/login", &body).await.status, 204);
    assert_eq!(
        status_and_code(&thief.finish(&callback).await),
        problem(400, "code_rejected")
    );
    assert!(thief.connections().await.is_empty());
}

#[tokio::test]
async fn sec_9_a_server_that_was_set_up_anew_does_not_finish_an_old_attempt() {
    let mut bed = Bed::start().await;
    for (name, value) in [
        ("CLIENT_ID", "another-client"),
        ("SNYK_API_URL", "http://127.0.0.1:9"),
    ] {
        let mut browser = bed.browser();
        let attempt = browser.start_login(None).await;
        let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
        let before = match name {
            "CLIENT_ID" => tests::registration::CLIENT_ID.to_owned(),
            _ => bed.sandbox.url.clone(),
        };
        bed.app.start_again(&[(name, value)]).await;
        let refused = status_and_code(&browser.finish(&callback).await);
        assert_eq!(refused, problem(400, "state_mismatch"), "{name}");
        bed.app.start_again(&[(name, &before)]).await;
    }
    assert_eq!(bed.sandbox.count("token_requests").await, 0);
}

#[tokio::test]
async fn sec_7_an_attempt_counts_for_ten_minutes_by_the_servers_clock() {
    let mut bed = Bed::start().await;
    let mut browser = bed.browser();
    let attempts = [
        browser.start_login(None).await,
        browser.start_login(None).await,
    ];
    bed.app.start_again_at("+11m").await;
    let callback = bed.sandbox.consent(&attempts[0], "group", "allow").await;
    assert_eq!(
        status_and_code(&browser.finish(&callback).await),
        problem(410, "login_expired")
    );
    assert_eq!(
        browser.cookies.len(),
        1,
        "the attempt that is over goes, the other stays"
    );
    assert_eq!(bed.sandbox.count("token_requests").await, 0);
    bed.app.start_again_at("+9m").await;
    let callback = bed.sandbox.consent(&attempts[1], "group", "allow").await;
    assert_eq!(browser.finish(&callback).await.status, 201);
}

#[tokio::test]
async fn sec_15_a_foreign_issuer_is_refused_and_the_right_one_taken() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    for (iss, status) in [
        ("https://evil.example", 400),
        (bed.sandbox.url.as_str(), 201),
    ] {
        let attempt = browser.start_login(None).await;
        let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
        assert_eq!(
            browser.finish(&callback.with("iss", iss)).await.status,
            status,
            "{iss}"
        );
    }
}

#[tokio::test]
async fn sec_16_malformed_answers_are_refused() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let attempt = browser.start_login(None).await;
    let state = attempt.state.as_str();
    for body in [
        json!({ "state": state }),
        json!({ "state": state, "code": "a", "error": "b" }),
        json!({ "state": state, "code": "" }),
        json!({ "state": state, "code": "a".repeat(10_240) }),
        json!({ "state": state, "code": "a\u{0}b" }),
        json!({ "state": state, "code": "a", "instance": "evil.example" }),
        json!({ "state": state, "code": 1 }),
    ] {
        let answer = browser.post("/api/connections", &body).await;
        assert_eq!(
            status_and_code(&answer),
            problem(400, "bad_request"),
            "{body}"
        );
    }
    assert_eq!(bed.sandbox.count("token_requests").await, 0);
    // None of this used up the attempt.
    let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
    assert_eq!(browser.finish(&callback).await.status, 201);
}

#[tokio::test]
async fn sec_17_the_providers_own_refusal_is_told_as_text() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let attempt = browser.start_login(None).await;
    let body = json!({ "state": attempt.state, "error": "server_error",
        "error_description": "Snyk \u{202e}is\u{7} <b>busy</b>" });
    let answer = browser.post("/api/connections", &body).await;
    assert_eq!(status_and_code(&answer), problem(400, "login_refused"));
    assert_eq!(answer.json()["detail"], "Snyk is <b>busy</b>");
    assert!(
        answer
            .header("content-type")
            .starts_with("application/problem+json")
    );
    assert!(browser.cookies.is_empty());
}
