//! Refreshes behind an intermediary that rejects, and under load: which requests wait, and for
//! what.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{
    Bed,
    client::{Answer, Client},
};

fn read_of(connection: &Value) -> String {
    format!(
        "/api/connections/{}/snyk/rest/self",
        connection["id"].as_str().unwrap()
    )
}

async fn on_refresh(bed: &Bed, fault: &Value) {
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" }, "fault": fault }))
        .await;
}

/// Reads repeatedly until it succeeds; no response on the way may be Snyk's 401.
async fn heals(browser: &mut Client, path: &str, what: &str) -> Answer {
    for _ in 0..60 {
        let answer = browser.get(path).await;
        if answer.status == 200 {
            return answer;
        }
        let in_words = (answer.status, answer.code());
        assert!(
            matches!(in_words.0, 502 | 503) && in_words.1 == "provider_unavailable",
            "{what}: {in_words:?} {}",
            answer.text
        );
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("{what}: it does not heal");
}

/// Returns responses of intermediaries, not of Snyk.
fn refusals_in_between() -> Vec<Value> {
    let json = |status: u16, body: Value| {
        json!({ "kind": "status", "status": status, "content_type": "application/json",
            "body": body.to_string() })
    };
    let html = |status: u16| json!({ "kind": "html", "status": status });
    vec![
        json(403, json!({ "message": "Forbidden" })),
        json(
            403,
            json!({ "error": "Forbidden", "status": 403, "path": "/oauth2/token" }),
        ),
        json(401, json!({ "error": { "code": 401, "message": "no" } })),
        json(400, json!({ "message": "Bad request" })),
        json(404, json!({ "error": "invalid_grant" })),
        json(400, json!(["invalid_grant"])),
        json!({ "kind": "status", "status": 400, "body": "" }),
        html(400),
        html(403),
        html(404),
        json!({ "kind": "status", "status": 401, "body": "Unauthorized",
            "headers": { "www-authenticate": "Basic realm=\"gateway\"" } }),
        html(405),
        html(407),
        html(413),
        html(418),
        html(451),
        html(499),
        json!({ "kind": "redirect", "location": "https://sign-in.example/", "status": 302 }),
        json!({ "kind": "redirect", "location": "/oauth2/token", "status": 307 }),
        json!({ "kind": "redirect", "location": "/", "status": 301 }),
    ]
}

#[tokio::test]
async fn rel_5_a_refusal_by_something_in_between_is_presented_once_told_and_heals_soon() {
    let bed = Bed::with(&["--rotation", "strict"], &[("LOG", "info")]).await;
    let mut browser = bed.browser();
    for fault in refusals_in_between() {
        // A new connection each time, so that no earlier backoff applies.
        let connection = bed.connect(&mut browser).await;
        let path = read_of(&connection);
        let before = bed.sandbox.seen("/oauth2/token").await;
        on_refresh(&bed, &fault).await;
        bed.sandbox.expire_access_tokens().await;
        let what = fault.to_string();
        let answer = browser.get(&path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (502, "provider_unavailable"),
            "{what}: {}",
            answer.text
        );
        assert_eq!(
            bed.sandbox.seen("/oauth2/token").await - before,
            1,
            "{what}: presented once"
        );
        // During the backoff the response is a problem document too, with `Retry-After`.
        let answer = browser.get(&path).await;
        if bed.sandbox.seen("/oauth2/token").await - before == 1 {
            assert_eq!(answer.status, 503, "{what}: {}", answer.text);
            let after: u64 = answer.header("retry-after").parse().unwrap();
            assert!((1..=60).contains(&after), "{what}: {after}");
        }
        assert_eq!(browser.connections().await[0]["status"], "active", "{what}");
        bed.sandbox.heal().await;
        heals(&mut browser, &path, &what).await;
    }
    let output = bed.app.output();
    let logged: Vec<_> = output
        .lines()
        .filter(|line| line.contains("ERROR") && line.contains("refused a token request"))
        .collect();
    assert!(!logged.is_empty(), "the operator is told: {output}");
    assert!(logged.len() <= 3, "and not each time: {logged:#?}");
    assert!(
        logged[0].contains("403") && logged[0].contains("application/json"),
        "{}",
        logged[0]
    );
}

/// After lost responses, the current token is used until it expires. A token that the API rejects
/// has expired.
#[tokio::test]
async fn rel_5_a_401_after_lost_answers_is_renewed_and_never_passed_on() {
    let bed = Bed::with(&["--rotation", "grace:600"], &[]).await;
    let (mut browser, connection) = bed.connected().await;
    let path = read_of(&connection);
    for fault in [
        json!({ "kind": "drop", "when": "after" }),
        json!({ "kind": "html", "status": 200, "consume": true }),
    ] {
        on_refresh(&bed, &fault).await;
        bed.sandbox.expire_access_tokens().await;
        let answer = browser.get(&path).await;
        assert!(
            matches!(answer.status, 502 | 504),
            "{fault}: {} {}",
            answer.status,
            answer.text
        );
        bed.sandbox.heal().await;
        heals(&mut browser, &path, &fault.to_string()).await;
    }
}

#[tokio::test]
async fn rel_5_connecting_again_ends_the_backoff_of_the_pair_before() {
    let bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    let path = read_of(&connection);
    on_refresh(
        &bed,
        &json!({ "kind": "status", "status": 429, "headers": { "retry-after": "600" } }),
    )
    .await;
    bed.sandbox.expire_access_tokens().await;
    assert_eq!(browser.get(&path).await.status, 502);
    assert_eq!(browser.get(&path).await.status, 503);
    bed.sandbox.heal().await;
    let again = bed.connect(&mut browser).await;
    assert_eq!(again["id"], connection["id"]);
    bed.sandbox.expire_access_tokens().await;
    let answer = browser.get(&path).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// A token that was just refreshed and is still rejected is not refreshed again for each read.
#[tokio::test]
async fn sec_58_a_new_token_that_is_refused_is_not_rotated_again_and_again() {
    let bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    let path = read_of(&connection);
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "rest" },
            "fault": { "kind": "status", "status": 401 } }))
        .await;
    for round in 0..5 {
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, 401, "round {round}: {}", answer.text);
    }
    assert_eq!(bed.sandbox.count("token_refresh").await, 1);
}

/// Reads that wait for a refresh do not block the session's other connections.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_59_reads_that_wait_for_a_renewal_take_no_turn() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let waiting = bed.connect(&mut browser).await;
    bed.sandbox.expire_access_tokens().await;
    let answer = bed.finish_after_consent(&mut browser, "org:research").await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let other = answer.json()["connection"].clone();
    assert_eq!(browser.connections().await.len(), 2);
    on_refresh(&bed, &json!({ "kind": "delay", "ms": 15_000 })).await;

    let path = read_of(&waiting);
    let reads: Vec<_> = (0..40)
        .map(|_| {
            let (mut browser, path) = (browser.clone(), path.clone());
            tokio::spawn(async move { browser.get(&path).await })
        })
        .collect();
    while bed.sandbox.count("unauthorized").await < 32 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let answer = browser.get(&read_of(&other)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(
        bed.sandbox.count("token_refresh_ok").await,
        0,
        "the other connection was read while the first one’s renewal was under way"
    );
    for read in reads {
        let answer = read.await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    assert_eq!(bed.sandbox.count("token_refresh").await, 1);
}

/// Signs in to `size` organizations, each in its own browser.
async fn crowd(bed: &Bed, size: usize) -> Vec<(Client, String)> {
    let (mut first, connection) = bed.connected().await;
    let orgs = first
        .get(&read_of(&connection).replace("/self", "/orgs?limit=100"))
        .await;
    let slugs: Vec<_> = orgs.json()["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|org| org["attributes"]["slug"].as_str().unwrap().to_owned())
        .collect();
    let mut crowd = Vec::new();
    for slug in slugs.iter().take(size) {
        let mut browser = bed.browser();
        let choice = format!("org:{slug}");
        let answer = bed.finish_after_consent(&mut browser, &choice).await;
        assert_eq!(answer.status, 201, "{slug}: {}", answer.text);
        crowd.push((browser, read_of(&answer.json()["connection"])));
    }
    assert_eq!(crowd.len(), size);
    crowd
}

async fn all_read(crowd: &[(Client, String)]) {
    let reads: Vec<_> = crowd
        .iter()
        .cloned()
        .map(|(mut browser, path)| tokio::spawn(async move { browser.get(&path).await }))
        .collect();
    for read in reads {
        let answer = read.await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rel_5_token_requests_of_many_connections_are_bounded() {
    let bed = Bed::with(&["--extra-orgs", "60"], &[("LOG", "warn")]).await;
    let crowd = crowd(&bed, 50).await;
    on_refresh(&bed, &json!({ "kind": "delay", "ms": 1_000 })).await;
    bed.sandbox.expire_access_tokens().await;
    all_read(&crowd).await;
    let most = bed.sandbox.count("token_most_at_once").await;
    assert!((2..=16).contains(&most), "{most} at once");
    assert_eq!(bed.sandbox.count("token_refresh").await, 50, "each once");
}

/// Proactive refreshes of other connections do not delay one that a request waits for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rel_5_who_waits_for_a_token_goes_before_those_that_are_renewed_ahead() {
    let mut bed = Bed::with(&["--extra-orgs", "60"], &[("LOG", "warn")]).await;
    let crowd = crowd(&bed, 50).await;
    let (mut person, connection) = bed.connected().await;
    // All tokens are in their last minutes, and the token endpoint is slow.
    bed.app.start_again_at("+56m").await;
    on_refresh(&bed, &json!({ "kind": "delay", "ms": 10_000 })).await;
    all_read(&crowd).await;
    while bed.sandbox.count("token_under_way").await < 12 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let refresh = read_of(&connection).replace("/snyk/rest/self", "/refresh");
    let answer = person.post(&refresh, &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    // Only the refreshes in flight when the request arrived, and its own: not a second batch before
    // it.
    let done = bed.sandbox.count("token_refresh_ok").await;
    assert!(done <= 16, "{done} were answered before it");
}

/// A refresh that a shutdown could interrupt is not started while its token is still valid.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rel_7_a_stop_begins_no_renewal_that_nobody_waits_for() {
    let mut bed = Bed::with(&["--extra-orgs", "60"], &[("LOG", "warn")]).await;
    let crowd = crowd(&bed, 30).await;
    bed.app.start_again_at("+56m").await;
    on_refresh(&bed, &json!({ "kind": "delay", "ms": 10_000 })).await;
    all_read(&crowd).await;
    while bed.sandbox.count("token_under_way").await < 12 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(bed.app.stop(), Some(0));
    let (begun, done) = (
        bed.sandbox.count("token_refresh").await,
        bed.sandbox.count("token_refresh_ok").await,
    );
    assert_eq!((begun, done), (12, 12), "those under way were finished");
}
