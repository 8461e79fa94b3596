//! Snyk's API through the backend: the allow-list, the headers, one retry.

use std::io::Read as _;

use flate2::read::GzDecoder;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Bed, client::Client};

async fn connected(bed: &Bed) -> (Client, String) {
    let (browser, connection) = bed.connected().await;
    (
        browser,
        format!(
            "/api/connections/{}/snyk",
            connection["id"].as_str().unwrap()
        ),
    )
}

#[tokio::test]
async fn what_is_listed_comes_as_snyk_sent_it() {
    let bed = Bed::start().await;
    let (mut browser, base) = connected(&bed).await;
    let answer = browser
        .get(&format!("{base}/rest/orgs?limit=10&version=1999-01-01"))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.json()["data"].is_array());
    assert_eq!(answer.header("content-type"), "application/vnd.api+json");
    assert_eq!(answer.header("cache-control"), "no-store, no-transform");
    assert!(!answer.header("snyk-request-id").is_empty());
    let requests = bed.sandbox.requests().await;
    let last = requests.last().unwrap();
    assert!(
        last["query"].to_string().contains("2024-10-15"),
        "our version wins: {last}"
    );
    assert!(
        !last["headers"].to_string().contains("session="),
        "no cookie goes on: {last}"
    );
}

#[tokio::test]
async fn sec_52_53_54_what_is_not_listed_sends_nothing() {
    let bed = Bed::start().await;
    let (mut browser, base) = connected(&bed).await;
    let before = bed.sandbox.requests().await.len();
    for path in [
        "rest/orgs/",
        "rest//orgs",
        "rest/orgs%2f..",
        "rest/orgs%00",
        "rest/orgs%5c",
        "rest/%6frgs",
        "rest/orgs;x",
        "oauth2/token",
        "v1/user/me",
        "rest/self/apps",
        "@evil.example/rest/orgs",
        "http://evil.example/rest/orgs",
        "rest/orgs%23",
        "REST/ORGS",
    ] {
        let answer = browser.get(&format!("{base}/{path}")).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (404, "not_found"),
            "{path}"
        );
    }
    for query in [
        "access_token=x",
        "evil=1",
        "limit=10&limit%00=1",
        "slug=%c0%af",
    ] {
        let answer = browser.get(&format!("{base}/rest/orgs?{query}")).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "bad_request"),
            "{query}"
        );
    }
    for method in [Method::POST, Method::PATCH, Method::DELETE] {
        let request = browser
            .request(method, &format!("{base}/rest/orgs"))
            .json(&json!({}));
        assert_eq!(browser.send(request).await.status, 405);
    }
    assert_eq!(bed.sandbox.requests().await.len(), before);
}

#[tokio::test]
async fn sec_58_a_401_earns_one_refresh_and_one_repeat_and_a_403_neither() {
    let bed = Bed::start().await;
    let (mut browser, base) = connected(&bed).await;
    let path = format!("{base}/rest/self");
    let unauthorized = json!({ "on": { "endpoint": "rest" }, "fault": { "kind": "status",
        "status": 401, "content_type": "application/vnd.api+json", "body": "{\"errors\":[]}" } });
    bed.sandbox.fault(unauthorized).await;
    let before = bed.sandbox.seen("/rest/").await;
    assert_eq!(browser.get(&path).await.status, 401);
    assert_eq!(bed.sandbox.count("token_refresh").await, 1);
    assert_eq!(bed.sandbox.seen("/rest/").await - before, 2);
    bed.sandbox.heal().await;
    let forbidden = json!({ "on": { "endpoint": "rest" }, "fault": { "kind": "status",
        "status": 403, "content_type": "application/vnd.api+json", "body": "{\"errors\":[]}" } });
    bed.sandbox.fault(forbidden).await;
    assert_eq!(browser.get(&path).await.status, 403);
    assert_eq!(bed.sandbox.count("token_refresh").await, 1);
}

#[tokio::test]
async fn sec_56_57_bad_days_of_the_api_are_told_in_words() {
    let bed = Bed::start().await;
    let (mut browser, base) = connected(&bed).await;
    for (fault, status) in [
        (json!({ "kind": "html" }), 502),
        (
            json!({ "kind": "redirect", "status": 302, "location": "http://127.0.0.1:9/" }),
            502,
        ),
        (json!({ "kind": "status", "status": 101 }), 502),
        (json!({ "kind": "drop", "when": "before" }), 504),
        (
            json!({ "kind": "status", "status": 200, "body": "{}",
                "content_type": "text/plain" }),
            502,
        ),
    ] {
        bed.sandbox
            .fault(json!({ "on": { "endpoint": "rest" }, "fault": fault }))
            .await;
        let answer = browser.get(&format!("{base}/rest/self")).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, "provider_unavailable")
        );
        assert!(answer.header("location").is_empty());
        bed.sandbox.heal().await;
    }
    bed.sandbox
        .fault(
            json!({ "on": { "endpoint": "rest" }, "fault": { "kind": "status", "status": 429,
            "content_type": "application/vnd.api+json", "body": "{\"errors\":[]}",
            "headers": { "retry-after": "38", "set-cookie": "evil=1", "server": "x" } } }),
        )
        .await;
    let answer = browser.get(&format!("{base}/rest/self")).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "38"));
    assert!(answer.header("set-cookie").is_empty() && answer.header("server").is_empty());
}

/// Snyk's edge has its own response format when Snyk's API does not answer: its status is
/// forwarded.
#[tokio::test]
async fn what_snyks_edge_says_keeps_status_and_retry_after_in_words_of_ours() {
    let bed = Bed::start().await;
    let (mut browser, base) = connected(&bed).await;
    let html = json!("<html><h1>Slow down</h1></html>");
    for (status, kind, body, requested_delay, retry_after, code) in [
        (429, "text/html", &html, "38", "38", "rate_limited"),
        (
            503,
            "text/html; charset=utf-8",
            &html,
            "120",
            "120",
            "provider_unavailable",
        ),
        (
            503,
            "text/plain",
            &json!("busy"),
            "7",
            "7",
            "provider_unavailable",
        ),
        (429, "text/html", &json!(""), "9", "9", "rate_limited"),
        (
            503,
            "application/json",
            &json!(""),
            "9",
            "9",
            "provider_unavailable",
        ),
        (429, "text/html", &html, "", "60", "rate_limited"),
        (503, "text/html", &html, "soon", "5", "provider_unavailable"),
        (
            503,
            "text/html",
            &html,
            "99999999999999",
            "86400",
            "provider_unavailable",
        ),
        (500, "text/html", &html, "", "", "provider_unavailable"),
        (502, "text/html", &html, "", "", "provider_unavailable"),
        (504, "text/html", &html, "3", "3", "provider_unavailable"),
        (408, "text/html", &html, "", "", "provider_unavailable"),
        (425, "text/html", &html, "", "", "provider_unavailable"),
        (403, "text/html", &html, "", "", "forbidden"),
    ] {
        let mut headers = json!({ "set-cookie": "evil=1", "server": "edge" });
        if !requested_delay.is_empty() {
            headers["retry-after"] = json!(requested_delay);
        }
        let fault = json!({ "kind": "status", "status": status, "content_type": kind,
            "body": body, "headers": headers });
        let rule = json!({ "on": { "endpoint": "rest" }, "fault": fault });
        bed.sandbox.fault(rule).await;
        let answer = browser.get(&format!("{base}/rest/self")).await;
        bed.sandbox.heal().await;
        let case = format!("{status} {kind} {body} {requested_delay}: {}", answer.text);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{case}"
        );
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{case}"
        );
        assert_eq!(answer.header("retry-after"), retry_after, "{case}");
        assert!(!answer.text.contains('<'), "{case}");
        assert!(answer.header("set-cookie").is_empty(), "{case}");
    }
}

#[tokio::test]
async fn a_pause_that_snyk_asks_for_reaches_the_page_as_seconds() {
    let bed = Bed::start().await;
    let (mut browser, base) = connected(&bed).await;
    for (requested_delay, retry_after) in [
        ("38", "38"),
        ("Tue, 24 Nov 2099 05:00:00 GMT", "86400"),
        ("soon", ""),
    ] {
        let fault = json!({ "kind": "status", "status": 429, "body": { "errors": [] },
            "content_type": "application/vnd.api+json", "headers": { "retry-after": requested_delay } });
        let rule = json!({ "on": { "endpoint": "rest" }, "fault": fault });
        bed.sandbox.fault(rule).await;
        let answer = browser.get(&format!("{base}/rest/self")).await;
        bed.sandbox.heal().await;
        assert_eq!(
            (answer.status, answer.header("retry-after")),
            (429, retry_after),
            "{requested_delay}"
        );
    }
}

/// The sandbox compresses nothing.
#[tokio::test]
async fn what_snyk_does_not_compress_is_compressed_for_a_browser_that_takes_it() {
    let bed = Bed::start().await;
    let (browser, connection) = bed.connected().await;
    let browser = browser.without_decompression();
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let base = format!("/api/connections/{}/snyk", id(&connection));
    let projects = format!(
        "/rest/orgs/{}/projects?limit=100",
        id(&connection["orgs"][0])
    );
    let read = async |path: &str, accepted: &str| {
        let request = browser.request(Method::GET, &format!("{base}{path}"));
        let answer = request.header("accept-encoding", accepted).send().await;
        let answer = answer.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["vary"], "accept-encoding");
        let encoding = answer.headers().get("content-encoding").cloned();
        (encoding, answer.bytes().await.unwrap())
    };
    let (encoding, plain) = read(&projects, "br, gzip;q=0").await;
    assert!(encoding.is_none() && plain.len() > 2_048);
    let (encoding, compressed) = read(&projects, "gzip, br").await;
    assert_eq!(encoding.unwrap(), "gzip");
    assert!(compressed.len() < plain.len() / 2);
    let mut found = String::new();
    GzDecoder::new(&*compressed)
        .read_to_string(&mut found)
        .unwrap();
    let [found, plain] = [found.as_bytes(), &plain].map(|json| {
        let mut json: Value = serde_json::from_slice(json).unwrap();
        json["links"].take();
        json
    });
    assert_eq!(found, plain);
    let (encoding, _) = read("/rest/self", "gzip").await;
    assert!(encoding.is_none(), "too small to gain");
}
