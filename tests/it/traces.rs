//! Traces: what is exported, what never is, and a collector that is away.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Bed, app, collector::Collector, free_port};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const KEY: &str = "canary-key-of-the-collector";

fn bytes_of(trace: &str) -> Vec<u8> {
    (0..trace.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&trace[at..at + 2], 16).unwrap())
        .collect()
}

async fn bed(endpoint: &str, more: &[(&str, &str)]) -> Bed {
    let headers = format!("x-api-key={KEY}");
    let mut variables = vec![
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        ("OTEL_EXPORTER_OTLP_HEADERS", &headers),
    ];
    variables.extend(more);
    Bed::with(&[], &variables).await
}

#[tokio::test]
async fn sec_73_a_trace_says_what_happens_and_holds_nothing_secret() {
    let collector = Collector::start().await;
    let mut bed = bed(&collector.url, &[("OTEL_SERVICE_NAME", "fathom-test")]).await;
    let mut browser = bed.browser();
    let attempt = browser.start_login(Some("/")).await;
    let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
    let finished = browser.finish(&callback).await;
    assert_eq!(finished.status, 201, "{}", finished.text);
    let connection = finished.json()["connection"].clone();
    let cookies: Vec<_> = browser.cookies.values().cloned().collect();
    let id = connection["id"].as_str().unwrap();
    let org = connection["orgs"][0]["id"].as_str().unwrap();
    let below = |path: &str| format!("/api/connections/{id}{path}");
    let projects = below(&format!("/snyk/rest/orgs/{org}/projects?limit=10"));
    assert_eq!(browser.get(&projects).await.status, 200);
    let refreshed = browser.post(&below("/refresh"), &json!({})).await;
    assert_eq!(refreshed.status, 200);
    assert_eq!(
        browser.get("/odd/canary-of-a-path?x=canary").await.status,
        404
    );
    let request_id = refreshed.header("x-request-id").to_owned();
    assert_eq!(browser.delete(&below("")).await.status, 204);
    bed.app.terminate();
    assert_eq!(bed.app.exit_code().await, Some(0));

    for text in [
        "fathom-test",
        "POST /api/login",
        "POST /api/connections",
        "GET /api/connections/{id}/snyk/{*rest}",
        "POST /api/connections/{id}/refresh",
        "http.response.status_code",
        "GET Snyk api",
        "POST Snyk token",
        "POST Snyk revocation",
        "exchange",
        "connected",
        "refresh",
        "refreshed",
        "free",
        &request_id,
    ] {
        assert!(collector.has(text), "{text}");
    }
    assert!(collector.has(format!("x-api-key: {KEY}")), "it is the key");
    let secrets = bed.sandbox.secrets().await;
    assert!(!secrets.is_empty());
    let shown = [id, org, "canary-of-a-path", "canary-encryption-secret"].map(str::to_owned);
    let of_login = [
        attempt.state,
        attempt.verifier,
        callback.get("code").to_owned(),
    ];
    for secret in secrets
        .into_iter()
        .chain(shown)
        .chain(of_login)
        .chain(cookies)
    {
        assert!(!secret.is_empty());
        assert!(!collector.has(&secret), "{secret}");
    }
    let sent = json!(bed.sandbox.requests().await).to_string();
    assert!(!sent.contains("traceparent"), "no trace goes to Snyk");
    assert!(!bed.app.output().contains(KEY));
}

#[tokio::test]
async fn the_trace_of_a_trusted_proxy_goes_on_and_that_of_a_stranger_does_not() {
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    for (trusted, goes_on) in [("127.0.0.0/8,::1", true), ("10.0.0.0/8", false)] {
        let collector = Collector::start().await;
        let bed = bed(&collector.url, &[("TRUSTED_PROXIES", trusted)]).await;
        let mut browser = bed.browser();
        let request = browser
            .request(reqwest::Method::GET, "/api/session")
            .header("traceparent", &parent);
        assert_eq!(browser.send(request).await.status, 200);
        collector.gets("GET /api/session").await;
        assert_eq!(collector.has(bytes_of(TRACE)), goes_on, "{trusted}");
    }
}

#[tokio::test]
async fn without_a_collector_nothing_is_recorded() {
    let collector = Collector::start().await;
    let mut bed = bed(&collector.url, &[("OTEL_TRACES_SAMPLER", "always_off")]).await;
    assert_eq!(bed.browser().get("/api/session").await.status, 200);
    bed.app.terminate();
    assert_eq!(bed.app.exit_code().await, Some(0));
    assert!(collector.received().is_empty());
}

#[tokio::test]
async fn rel_13_a_collector_that_is_away_or_hangs_costs_its_traces_only() {
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let hanging = Collector::hanging().await;
    for endpoint in [&nobody, &hanging.url] {
        let mut bed = bed(endpoint, &[("LOG", "info")]).await;
        let (mut browser, connection) = bed.connected().await;
        let path = format!(
            "/api/connections/{}/snyk/rest/self",
            connection["id"].as_str().unwrap()
        );
        // More than fit the queue of the exporter, and fewer than Snyk allows in a minute.
        for _ in 0..14 {
            let reads: Vec<_> = (0..100)
                .map(|_| {
                    let (mut browser, path) = (browser.clone(), path.clone());
                    tokio::spawn(async move { browser.get(&path).await.status })
                })
                .collect();
            for read in reads {
                assert_eq!(read.await.unwrap(), 200);
            }
        }
        assert_eq!(browser.get("/readyz").await.status, 200);
        let began = Instant::now();
        bed.app.terminate();
        assert_eq!(bed.app.exit_code().await, Some(0));
        let took = began.elapsed();
        assert!(took < Duration::from_secs(30), "{endpoint}: {took:?}");
        let output = bed.app.output();
        let told = output.matches("The collector takes no traces").count();
        assert!(told <= 2, "{endpoint}: {told} lines");
        assert!(!output.contains(KEY), "{output}");
    }
}

#[test]
fn what_is_wrong_about_the_collector_prevents_the_start_and_shows_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let mut variables = app::variables(free_port(), "http://127.0.0.1:9", folder.path());
    for (name, value) in [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("OTEL_EXPORTER_OTLP_HEADERS", KEY),
        ("OTEL_TRACES_SAMPLER", "sometimes"),
    ] {
        variables.push((name.to_owned(), value.to_owned()));
    }
    let (code, output) = app::run_to_end(&variables);
    assert_ne!(code, Some(0));
    for name in ["OTLP_ENDPOINT", "OTLP_HEADERS", "TRACES_SAMPLER"] {
        assert!(output.contains(name), "{name}: {output}");
    }
    assert!(!output.contains(KEY), "{output}");
}
