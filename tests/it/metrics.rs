//! The metrics: on a listener of their own, with bounded series, and nothing of anybody in them.

use std::net::TcpListener;

use serde_json::json;
use tests::{
    Bed, app,
    client::{Answer, Client},
    free_port,
};

/// Starts the app with metrics, and returns what collects them.
async fn with_metrics() -> (Bed, Client) {
    let address = format!("127.0.0.1:{}", free_port());
    let bed = Bed::with(&[], &[("METRICS_LISTEN", &address)]).await;
    (bed, Client::of_another(&format!("http://{address}")))
}

async fn scrape(collector: &mut Client) -> String {
    let answer = collector.get("/metrics").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    answer.text
}

/// Returns the value of a series, or 0 while nothing was counted.
fn value(text: &str, series: &str) -> f64 {
    let lines = text.lines().filter_map(|line| line.strip_prefix(series));
    let mut values = lines.filter_map(|rest| rest.strip_prefix(' '));
    values.next().map_or(0.0, |value| value.parse().unwrap())
}

#[tokio::test]
async fn sec_65_what_happens_is_counted_and_nobody_is_named() {
    let (bed, mut collector) = with_metrics().await;
    let (mut browser, connection) = bed.connected().await;
    let id = connection["id"].as_str().unwrap();
    let org = connection["orgs"][0]["id"].as_str().unwrap();
    let projects = format!("/api/connections/{id}/snyk/rest/orgs/{org}/projects?limit=10");
    for _ in 0..3 {
        assert_eq!(browser.get(&projects).await.status, 200);
    }
    let refreshed: Answer = browser
        .post(&format!("/api/connections/{id}/refresh"), &json!({}))
        .await;
    assert_eq!(refreshed.status, 200);
    assert_eq!(bed.browser().get("/api/nothing").await.status, 404);

    let text = scrape(&mut collector).await;
    for (series, expected) in [
        (r#"http_requests_total{route="exchange",status="2xx"}"#, 1.0),
        (r#"http_requests_total{route="proxy",status="2xx"}"#, 3.0),
        (r#"problems_total{route="other_api",code="not_found"}"#, 1.0),
        (
            r#"provider_requests_total{endpoint="token",status="2xx"}"#,
            2.0,
        ),
        (r#"refreshes_total{outcome="refreshed"}"#, 1.0),
        (r#"lease_acquisitions_total{result="free"}"#, 1.0),
        ("refresh_duration_seconds_count", 1.0),
    ] {
        let counted = value(&text, &format!("snyk_app_{series}"));
        assert!(
            (counted - expected).abs() < 0.5,
            "{series}: {counted}\n{text}"
        );
    }
    let hits = value(
        &text,
        r#"snyk_app_cache_reads_total{cache="connections",result="hit"}"#,
    );
    assert!(hits >= 2.0, "{text}");
    let secrets = bed.sandbox.secrets().await;
    assert!(!secrets.is_empty());
    for secret in secrets
        .iter()
        .map(String::as_str)
        .chain([id, org, "Meridian"])
    {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn what_is_in_the_database_is_counted() {
    let (bed, mut collector) = with_metrics().await;
    bed.connected().await;
    // It is counted each half minute.
    for _ in 0..300 {
        let text = scrape(&mut collector).await;
        let of = |series: &str| value(&text, &format!("snyk_app_{series}"));
        if of("sessions") > 0.5 {
            for (series, expected) in [
                ("sessions", 1.0),
                (r#"connections{state="active"}"#, 1.0),
                (r#"connections{state="reconnect_needed"}"#, 0.0),
                ("pending_revocations", 0.0),
                ("database_up", 1.0),
            ] {
                assert!((of(series) - expected).abs() < 0.5, "{series}: {text}");
            }
            assert!(of(r#"database_connections{state="open"}"#) > 0.5, "{text}");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("nothing is counted");
}

#[tokio::test]
async fn sec_65_odd_paths_make_no_series() {
    let (bed, mut collector) = with_metrics().await;
    let mut stranger = bed.browser();
    // One of each kind, so that all their series exist.
    for path in ["/odd", "/api/odd", "/odd.js"] {
        stranger.get(path).await;
    }
    let series = |text: &str| text.lines().count();
    let before = series(&scrape(&mut collector).await);
    for number in 0..300 {
        stranger.get(&format!("/api/odd-{number}")).await;
        stranger.get(&format!("/{number}?x={number}")).await;
    }
    assert_eq!(series(&scrape(&mut collector).await), before);
}

#[tokio::test]
async fn sec_65_the_metrics_are_on_their_own_listener_only() {
    let (bed, mut collector) = with_metrics().await;
    assert_eq!(bed.browser().get("/metrics").await.status, 404);
    assert_eq!(collector.post("/metrics", &json!({})).await.status, 405);
    for path in ["/", "/metrics/", "/healthz", "/api/session"] {
        let answer = collector.get(path).await;
        assert_eq!((answer.status, &*answer.text), (404, ""), "{path}");
    }
}

#[test]
fn a_wrong_address_for_the_metrics_prevents_the_start_and_says_so() {
    let start = |metrics: &str, listen: Option<&str>| {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut variables = app::variables(port, "http://127.0.0.1:9", folder.path());
        variables.push(("METRICS_LISTEN".to_owned(), metrics.to_owned()));
        if let Some(listen) = listen {
            variables.retain(|(name, _)| name != "LISTEN");
            variables.push(("LISTEN".to_owned(), listen.to_owned()));
        }
        let (code, output) = app::run_to_end(&variables);
        assert_ne!(code, Some(0));
        output
    };
    let output = start("9464", None);
    assert!(
        output.contains("write for instance 127.0.0.1:9464"),
        "{output}"
    );
    let output = start("127.0.0.1:4000", Some("127.0.0.1:4000"));
    assert!(
        output.contains("METRICS_LISTEN is the address of LISTEN"),
        "{output}"
    );
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let output = start(&taken.local_addr().unwrap().to_string(), None);
    assert!(output.contains("for the metrics"), "{output}");
}
