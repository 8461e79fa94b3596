//! The circuit breakers in front of Snyk: a Snyk that does not answer is not asked, and answers come at
//! once all the same.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{
    Bed,
    client::{Answer, Client},
    free_port,
};

/// Long enough for any answer without Snyk on a machine that is busy, and much shorter than the timeout.
const AT_ONCE: Duration = Duration::from_secs(10);

async fn bed() -> (Bed, Client) {
    let address = format!("127.0.0.1:{}", free_port());
    let bed = Bed::with(&[], &[("METRICS_LISTEN", &address)]).await;
    (bed, Client::of_another(&format!("http://{address}")))
}

/// Returns the value of a metric of one circuit.
async fn metric(collector: &mut Client, name: &str, endpoint: &str) -> u64 {
    let text = collector.get("/metrics").await.text;
    let series = format!(r#"snyk_app_{name}{{endpoint="{endpoint}"}} "#);
    let value = text.lines().find_map(|line| line.strip_prefix(&series));
    value
        .unwrap_or_else(|| panic!("{name}: {text}"))
        .parse()
        .unwrap()
}

fn below(connection: &Value, path: &str) -> String {
    format!(
        "/api/connections/{}{path}",
        connection["id"].as_str().unwrap()
    )
}

async fn read_at_once(browser: &Client, path: &str, count: usize) -> Vec<(Answer, Duration)> {
    let reads: Vec<_> = (0..count)
        .map(|_| {
            let (mut browser, path) = (browser.clone(), path.to_owned());
            tokio::spawn(async move {
                let began = Instant::now();
                let answer = browser.get(&path).await;
                (answer, began.elapsed())
            })
        })
        .collect();
    let mut answers = Vec::new();
    for read in reads {
        answers.push(read.await.unwrap());
    }
    answers
}

/// Asserts that nothing was sent to Snyk, and the answer says when to come again.
fn is_withheld(answer: &Answer, longest: u64) {
    let in_words = (answer.status, answer.code());
    assert_eq!(
        in_words,
        (503, "provider_unavailable".to_owned()),
        "{}",
        answer.text
    );
    assert_eq!(answer.json()["title"], "Snyk is not answering");
    let after: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=longest).contains(&after), "{after}");
}

/// Reads until it succeeds, as a page does that waits for as long as it is told.
async fn recovers(browser: &mut Client, path: &str) {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let answer = browser.get(path).await;
        if answer.status == 200 {
            return;
        }
        is_withheld(&answer, 30);
        assert!(Instant::now() < deadline, "it does not recover");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn rel_5_while_snyk_is_down_answers_come_at_once_and_all_is_well_when_it_is_back() {
    let (bed, mut collector) = bed().await;
    let (mut browser, connection) = bed.connected().await;
    let path = below(&connection, "/snyk/rest/self");
    assert_eq!(browser.get(&path).await.status, 200);
    assert_eq!(metric(&mut collector, "circuit_open", "api").await, 0);
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "any" }, "fault": { "kind": "drop" } }))
        .await;
    for (answer, _) in read_at_once(&browser, &path, 60).await {
        assert!(matches!(answer.status, 503 | 504), "{}", answer.text);
        assert_eq!(answer.code(), "provider_unavailable");
    }
    assert_eq!(metric(&mut collector, "circuit_open", "api").await, 1);
    let before = bed.sandbox.seen("/rest/").await;
    for (answer, took) in read_at_once(&browser, &path, 200).await {
        is_withheld(&answer, 30);
        assert!(took < AT_ONCE, "{took:?}");
    }
    let probes = bed.sandbox.seen("/rest/").await - before;
    assert!(probes <= 2, "{probes} requests reached Snyk");
    assert!(metric(&mut collector, "circuit_refusals_total", "api").await >= 198);
    assert_eq!(browser.get("/readyz").await.status, 200);
    assert_eq!(browser.connections().await[0]["status"], "active");

    bed.sandbox.heal().await;
    recovers(&mut browser, &path).await;
    for (answer, _) in read_at_once(&browser, &path, 60).await {
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    assert_eq!(metric(&mut collector, "circuit_open", "api").await, 0);
    assert!(metric(&mut collector, "circuit_openings_total", "api").await >= 1);
    assert_eq!(bed.sandbox.count("token_refresh").await, 0);
    bed.app.prints("Snyk answers again").await;
}

/// Lets refreshes fail until the circuit of the token endpoint is open.
async fn refreshes_fail(bed: &Bed, browser: &mut Client, collector: &mut Client, refresh: &str) {
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" },
            "fault": { "kind": "status", "status": 503 } }))
        .await;
    let mut refreshes = 0;
    while metric(collector, "circuit_open", "token").await == 0 {
        refreshes += 1;
        assert!(refreshes <= 10, "the circuit does not open");
        let answer = browser.post(refresh, &json!({})).await;
        assert_eq!(answer.code(), "provider_unavailable", "{}", answer.text);
    }
}

#[tokio::test]
async fn rel_5_no_token_is_presented_to_an_endpoint_that_does_not_answer() {
    let (bed, mut collector) = bed().await;
    let (mut browser, connection) = bed.connected().await;
    let (read, refresh) = (
        below(&connection, "/snyk/rest/self"),
        below(&connection, "/refresh"),
    );
    refreshes_fail(&bed, &mut browser, &mut collector, &refresh).await;
    let presented = bed.sandbox.seen("/oauth2/token").await;
    for _ in 0..10 {
        let began = Instant::now();
        let answer = browser.post(&refresh, &json!({})).await;
        // The time may come for a probe, which gets Snyk's 503.
        if answer.status == 503 {
            is_withheld(&answer, 30);
            assert!(began.elapsed() < AT_ONCE);
        }
    }
    let probes = bed.sandbox.seen("/oauth2/token").await - presented;
    assert!(probes <= 2, "{probes} requests reached Snyk");
    // The API has a circuit of its own, and the present token still serves.
    assert_eq!(browser.get(&read).await.status, 200);
    assert_eq!(browser.connections().await[0]["status"], "active");
    // A token that Snyk's API rejects is not replaced now; nobody is signed out for it.
    bed.sandbox.expire_access_tokens().await;
    let answer = browser.get(&read).await;
    assert_eq!(answer.code(), "provider_unavailable", "{}", answer.text);
    assert_eq!(browser.connections().await[0]["status"], "active");
    assert_eq!(bed.sandbox.count("token_refresh_ok").await, 0);

    bed.sandbox.heal().await;
    let deadline = Instant::now() + Duration::from_mins(1);
    while browser.get(&read).await.status != 200 {
        assert!(Instant::now() < deadline, "it does not recover");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(browser.connections().await[0]["generation"], 1);
    assert_eq!(bed.sandbox.count("token_refresh_ok").await, 1);
    assert_eq!(bed.sandbox.count("reuses").await, 0);
    assert_eq!(metric(&mut collector, "circuit_open", "token").await, 0);
}

#[tokio::test]
async fn rel_5_a_login_passes_an_open_circuit() {
    let (bed, mut collector) = bed().await;
    let (mut browser, connection) = bed.connected().await;
    let refresh = below(&connection, "/refresh");
    refreshes_fail(&bed, &mut browser, &mut collector, &refresh).await;
    // Snyk has answered it, so that the circuit closes.
    bed.connected().await;
    assert_eq!(metric(&mut collector, "circuit_open", "token").await, 0);
}

#[tokio::test]
async fn rel_5_a_snyk_that_hangs_holds_up_nobody_for_long() {
    let (bed, mut collector) = bed().await;
    let (mut browser, connection) = bed.connected().await;
    let path = below(&connection, "/snyk/rest/self");
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "rest" },
            "fault": { "kind": "delay", "ms": 120_000 } }))
        .await;
    for (answer, _) in read_at_once(&browser, &path, 30).await {
        assert!(matches!(answer.status, 503 | 504), "{}", answer.text);
    }
    assert_eq!(metric(&mut collector, "circuit_open", "api").await, 1);
    let (answer, took) = read_at_once(&browser, &path, 1).await.remove(0);
    is_withheld(&answer, 30);
    assert!(took < AT_ONCE, "{took:?}");
    bed.sandbox.heal().await;
    recovers(&mut browser, &path).await;
}

#[tokio::test]
async fn rel_5_one_organization_that_always_fails_opens_nothing() {
    let (bed, mut collector) = bed().await;
    let (mut browser, connection) = bed.connected().await;
    let org = connection["orgs"][0]["id"].as_str().unwrap();
    let projects = below(&connection, &format!("/snyk/rest/orgs/{org}/projects"));
    bed.sandbox
        .fault(
            json!({ "on": { "endpoint": "rest", "path": format!("/rest/orgs/{org}/projects") },
            "fault": { "kind": "status", "status": 500 } }),
        )
        .await;
    for (answer, _) in read_at_once(&browser, &projects, 200).await {
        assert_eq!(answer.status, 500, "{}", answer.text);
    }
    // A few of another kind open nothing either.
    bed.sandbox.heal().await;
    bed.sandbox
        .fault(
            json!({ "on": { "endpoint": "rest", "path": format!("/rest/orgs/{org}/projects") },
            "fault": { "kind": "status", "status": 503 } }),
        )
        .await;
    for (answer, _) in read_at_once(&browser, &projects, 9).await {
        assert_eq!(answer.status, 503, "{}", answer.text);
    }
    let others = below(&connection, "/snyk/rest/self");
    assert_eq!(browser.get(&others).await.status, 200);
    assert_eq!(
        metric(&mut collector, "circuit_openings_total", "api").await,
        0
    );
}
