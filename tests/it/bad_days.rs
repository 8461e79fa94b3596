//! Failures of Snyk's API through the proxy: limits on size and time, and error responses.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Bed, client::Client, tcp_proxy::TcpProxy};

async fn connected(bed: &Bed) -> (Client, String) {
    let (browser, connection) = bed.connected().await;
    let id = connection["id"].as_str().unwrap();
    (
        browser,
        format!("/api/connections/{id}/snyk/rest/orgs?limit=100"),
    )
}

fn on_orgs(fault: &Value) -> Value {
    json!({ "on": { "endpoint": "rest", "path": "/rest/orgs" }, "fault": fault })
}

/// The proxy forwards Snyk's error document with its status: the page has a message for each.
#[tokio::test]
async fn every_status_of_snyk_comes_through_with_its_document() {
    let bed = Bed::start().await;
    let (mut browser, path) = connected(&bed).await;
    for (status, code) in [
        (400, "SNYK-OPENAPI-0001"),
        (403, "SNYK-OPENAPI-0002"),
        (404, "SNYK-OPENAPI-0004"),
        (410, "SNYK-0000"),
        (429, "SNYK-0006"),
        (500, "SNYK-9999"),
        (503, "SNYK-0099"),
    ] {
        let document = json!({ "jsonapi": { "version": "1.0" },
            "errors": [{ "status": status.to_string(), "code": code, "detail": "d" }] });
        bed.sandbox
            .fault(on_orgs(
                &json!({ "kind": "status", "status": status, "body": document,
                "content_type": "application/vnd.api+json" }),
            ))
            .await;
        let before = bed.sandbox.seen("/rest/orgs").await;
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_eq!(answer.json()["errors"][0]["code"], code);
        assert_eq!(
            bed.sandbox.seen("/rest/orgs").await - before,
            1,
            "the proxy asks once: whether to come again is the page's to decide"
        );
        bed.sandbox.heal().await;
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_told_and_not_passed_on_in_half() {
    let mut bed = Bed::start().await;
    let tcp_proxy = TcpProxy::to(&bed.sandbox.url).await;
    bed.app
        .start_again(&[("SNYK_API_URL", &tcp_proxy.url)])
        .await;
    let (mut browser, path) = connected(&bed).await;
    let drip = json!({ "kind": "slow", "bytes_per_second": 20 });
    bed.sandbox.fault(on_orgs(&drip)).await;
    let before = bed.sandbox.seen("/rest/orgs").await;
    let (answer, ()) = tokio::join!(browser.get(&path), async {
        while bed.sandbox.seen("/rest/orgs").await == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        tcp_proxy.cut();
    });
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (504, "provider_unavailable"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn sec_59_what_does_not_end_is_cut_off() {
    let bed = Bed::start().await;
    let (mut browser, path) = connected(&bed).await;
    bed.sandbox
        .fault(on_orgs(&json!({ "kind": "endless" })))
        .await;
    let mut answer = browser
        .request(Method::GET, &path)
        .send()
        .await
        .expect("a head");
    let mut read = 0;
    let broken = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => read += chunk.len(),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken, "it must not look whole, after {read} bytes");
    assert!(read <= 16 * 1024 * 1024, "{read} bytes");
    bed.sandbox.heal().await;
    // Passed on compressed; what it decompresses to is counted before any of it is.
    bed.sandbox
        .fault(on_orgs(&json!({ "kind": "gzip_bomb" })))
        .await;
    let refused = browser.get(&path).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (502, "provider_unavailable")
    );
    let memory = bed.app.peak_memory();
    assert!(memory < 200 * 1024 * 1024, "{memory} bytes at most");
}

#[tokio::test]
async fn sec_59_a_stall_ends_after_thirty_seconds() {
    let bed = Bed::start().await;
    let (mut browser, path) = connected(&bed).await;
    bed.sandbox
        .fault(on_orgs(&json!({ "kind": "delay", "ms": 120_000 })))
        .await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "rest", "path": "/rest/self" },
            "fault": { "kind": "slow", "bytes_per_second": 1 } }))
        .await;
    let other = path.replace("/orgs?limit=100", "/self");
    let mut second = browser.clone();
    let (stalled, dripping) = tokio::join!(browser.get(&path), second.get(&other));
    for answer in [stalled, dripping] {
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (504, "provider_unavailable")
        );
    }
}

#[tokio::test]
async fn sec_59_who_hangs_up_ends_the_read_at_snyk_too() {
    let mut bed = Bed::start().await;
    let tcp_proxy = TcpProxy::to(&bed.sandbox.url).await;
    bed.app
        .start_again(&[("SNYK_API_URL", &tcp_proxy.url)])
        .await;
    let (mut browser, path) = connected(&bed).await;
    let other = path.replace("/orgs?limit=100", "/self");
    assert_eq!(browser.get(&other).await.status, 200);
    let idle = tcp_proxy.open();
    let drip = json!({ "kind": "slow", "bytes_per_second": 20 });
    bed.sandbox.fault(on_orgs(&drip)).await;
    let before = bed.sandbox.seen("/rest/orgs").await;
    let reads: Vec<_> = (0..5)
        .map(|_| tokio::spawn(browser.request(Method::GET, &path).send()))
        .collect();
    while bed.sandbox.seen("/rest/orgs").await < before + 5 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(tcp_proxy.open() >= 5, "five reads are under way");
    for read in reads {
        read.abort();
    }
    // A broken connection shows that the browser has gone. The read must then end at once, long
    // before the responses would be complete.
    for _ in 0..100 {
        if tcp_proxy.open() <= idle {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} connections are still open", tcp_proxy.open());
}

#[tokio::test]
async fn sec_55_56_headers_pass_by_list_both_ways() {
    let bed = Bed::start().await;
    let (mut browser, path) = connected(&bed).await;
    bed.sandbox
        .fault(on_orgs(
            &json!({ "kind": "status", "status": 200, "body": { "data": [] },
            "content_type": "application/vnd.api+json",
            "headers": {
                "set-cookie": "evil=1", "location": "https://evil.example/", "server": "evil",
                "content-security-policy": "default-src *", "clear-site-data": "\"*\"",
                "strict-transport-security": "max-age=0", "refresh": "0;url=https://evil.example/",
                "access-control-allow-origin": "*", "link": "<https://evil.example/>; rel=preload",
                "x-evil": "1", "cache-control": "public, max-age=1000", "sunset": "2030-01-01",
            } }),
        ))
        .await;
    let request = browser
        .request(Method::GET, &path)
        .header("authorization", "Bearer stolen")
        .header("x-forwarded-for", "1.2.3.4")
        .header("x_forwarded_for", "1.2.3.4")
        .header("forwarded", "for=1.2.3.4")
        .header("x-forwarded-host", "evil.example")
        .header("connection", "x-hop")
        .header("x-hop", "1")
        .header("te", "trailers")
        .header("x-evil", "1");
    let answer = browser.send(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for name in [
        "set-cookie",
        "location",
        "server",
        "clear-site-data",
        "refresh",
        "access-control-allow-origin",
        "link",
        "x-evil",
    ] {
        assert_eq!(answer.header(name), "", "{name}");
    }
    assert_eq!(answer.header("sunset"), "2030-01-01");
    assert_eq!(answer.header("cache-control"), "no-store, no-transform");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_ne!(answer.header("content-security-policy"), "default-src *");

    let requests = bed.sandbox.requests().await;
    let sent = &requests.last().unwrap()["headers"];
    let sent = sent.to_string();
    for text in [
        "1.2.3.4",
        "evil.example",
        "stolen",
        "x-hop",
        "x-evil",
        "trailers",
        "cookie",
    ] {
        assert!(!sent.contains(text), "{text} in {sent}");
    }
}

#[tokio::test]
async fn rel_4_a_database_that_was_moved_away_is_not_ready() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    // Readiness is cached for a moment.
    let mut becomes = async |status| {
        for _ in 0..100 {
            if browser.get("/readyz").await.status == status {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("readiness does not become {status}");
    };
    let (file, away) = (
        bed.app.database(),
        bed.app.database().with_extension("away"),
    );
    becomes(200).await;
    std::fs::rename(&file, &away).unwrap();
    becomes(503).await;
    std::fs::rename(&away, &file).unwrap();
    becomes(200).await;
}
