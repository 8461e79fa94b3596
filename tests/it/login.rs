//! The attempt's cookie: sealed, one for each tab, and stored nowhere else.

use reqwest::Method;
use serde_json::json;
use tests::Bed;

#[tokio::test]
async fn sec_70_a_login_start_asks_the_provider_nothing_and_seals_its_secrets() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let attempt = browser.start_login(Some("/flow")).await;
    assert_eq!(browser.cookies.len(), 1);
    let (name, value) = browser.cookies.iter().next().unwrap();
    assert!(
        name.starts_with("login-") && name.len() == "login-".len() + 16,
        "{name}"
    );
    for secret in [&attempt.state, &attempt.verifier] {
        assert!(!value.contains(secret.as_str()) && !name.contains(secret.as_str()));
        assert!(!bed.app.output().contains(secret.as_str()), "printed");
    }
    assert!(bed.sandbox.requests().await.is_empty());
}

#[tokio::test]
async fn a_browser_that_blocks_cookies_is_known_by_those_that_do_not_come_back() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let presented = |answer: tests::client::Answer| {
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["presented"].as_u64().expect("a number")
    };
    assert_eq!(presented(browser.get("/api/login").await), 0);
    browser.start_login(None).await;
    assert_eq!(presented(browser.get("/api/login").await), 1);
    let set = browser.get("/api/login").await.headers;
    assert!(!set.contains_key("set-cookie"), "{set:?}");
    browser.start_login(None).await;
    assert_eq!(presented(browser.get("/api/login").await), 2);
    // Cookies of other applications are not attempts.
    let mut other = bed.browser();
    let names = ["login-x", "login-0123456789abcdeg", "session", "_ga"];
    other.cookies = names.map(|name| (name.to_owned(), "1".to_owned())).into();
    assert_eq!(presented(other.get("/api/login").await), 0);
}

#[tokio::test]
async fn what_is_refused_for_its_origin_says_what_to_do_about_it() {
    let bed = Bed::start().await;
    let browser = bed.browser();
    for (header, words) in [
        (None, "an extension or a proxy leaves them out"),
        (
            Some(("origin", "http://127.0.0.1:1")),
            "Open it at its own address",
        ),
        (Some(("sec-fetch-site", "cross-site")), "own page"),
    ] {
        let request = browser.bare(Method::POST, "/api/login").json(&json!({}));
        let request = match header {
            Some((name, value)) => request.header(name, value),
            None => request,
        };
        let answer = browser.clone().send(request).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "forbidden"));
        let detail = answer.json()["detail"].to_string();
        assert!(detail.contains(words), "{detail}");
    }
}

#[tokio::test]
async fn sec_3_a_verifier_or_state_of_another_form_is_refused() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let good = "a".repeat(43);
    for (state, verifier) in [
        (good.clone(), "a".repeat(42)),
        (good.clone(), "a".repeat(128)),
        (good.clone(), format!("{}+", "a".repeat(42))),
        ("short".to_owned(), good.clone()),
    ] {
        let body = json!({ "state": state, "code_verifier": verifier });
        let answer = browser.post("/api/login", &body).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "bad_request")
        );
    }
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn sec_13_fifty_starts_leave_five_below_2_kb() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    for _ in 0..50 {
        browser.start_login(None).await;
    }
    assert_eq!(browser.cookies.len(), 5);
    let size: usize = browser
        .cookies
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    assert!(size < 2_048, "{size}");
}

#[tokio::test]
async fn sec_13_five_attempts_finish_in_any_order() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let mut callbacks = Vec::new();
    for _ in 0..5 {
        let attempt = browser.start_login(None).await;
        callbacks.push(bed.sandbox.consent(&attempt, "group", "allow").await);
    }
    for at in [3, 0, 4, 1, 2] {
        let answer = browser.finish(&callbacks[at]).await;
        assert_eq!(answer.status, 201, "{at}: {}", answer.text);
    }
}

#[tokio::test]
async fn sec_20_a_return_path_that_could_leave_becomes_the_start_page() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    for (requested, given) in [
        ("/flow?step=2", "/flow?step=2"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/%2f%2fevil.example", "/"),
    ] {
        let attempt = browser.start_login(Some(requested)).await;
        let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
        assert_eq!(
            browser.finish(&callback).await.json()["return_to"],
            given,
            "{requested}"
        );
    }
}

#[tokio::test]
async fn sec_34_only_json_is_taken() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
    ] {
        let mut request = browser.request(Method::POST, "/api/login").body("{}");
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let answer = browser.send(request).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (415, "bad_request"),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn sec_69_a_trusted_proxy_says_whose_logins_are_counted() {
    let on = ("RATE_LIMITS", "on");
    for (variables, others_may) in [
        (&[on, ("TRUSTED_PROXIES", "127.0.0.0/8, ::1")][..], true),
        (&[on][..], false),
    ] {
        let bed = Bed::with(&[], variables).await;
        let browser = bed.browser();
        let start = async |address: &str| {
            let attempt = browser.make_attempt();
            let request = browser
                .request(Method::POST, "/api/login")
                .header("x-forwarded-for", address)
                .json(&json!({ "state": attempt.state, "code_verifier": attempt.verifier }));
            browser.clone().send(request).await.status
        };
        for _ in 0..30 {
            assert_eq!(start("203.0.113.9").await, 204);
        }
        assert_eq!(start("1.2.3.4, 203.0.113.9").await, 429);
        let other = start("203.0.113.10").await;
        assert_eq!(other, if others_may { 204 } else { 429 });
    }
}
