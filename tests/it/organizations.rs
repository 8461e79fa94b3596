//! The organizations of a connection: read at the login as far as possible, completed later, and
//! read again.

mod reconnect;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{
    Bed,
    client::{Answer, Client},
};

fn id(connection: &Value) -> &str {
    connection["id"].as_str().unwrap()
}

fn slugs(connection: &Value) -> Vec<&str> {
    let orgs = connection["orgs"].as_array().unwrap();
    orgs.iter()
        .map(|org| org["slug"].as_str().unwrap())
        .collect()
}

fn is_complete(connection: &Value) -> bool {
    connection["orgs_complete"].as_bool().unwrap()
}

async fn fault(bed: &Bed, path: &str, fault: &Value) {
    let rule = json!({ "on": { "endpoint": "rest", "path": path }, "fault": fault });
    bed.sandbox.fault(rule).await;
}

/// Waits until the browser's only connection satisfies a condition.
async fn until(browser: &mut Client, is: impl Fn(&Value) -> bool) -> Value {
    let mut last = Vec::new();
    for _ in 0..300 {
        last = browser.connections().await;
        if let [connection] = last.as_slice()
            && is(connection)
        {
            return connection.clone();
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("it never comes to that: {last:#?}");
}

async fn refresh_now(browser: &mut Client, id: &str) -> Answer {
    let path = format!("/api/connections/{id}/refresh");
    browser.post(&path, &json!({})).await
}

/// Returns faults of reads of one path during a login.
fn troubles() -> Vec<Value> {
    let mut troubles: Vec<_> = [400, 401, 403, 404, 410, 429, 500, 503]
        .map(|status| json!({ "kind": "status", "status": status }))
        .into();
    troubles.extend([
        json!({ "kind": "status", "status": 429, "headers": { "retry-after": "20" } }),
        json!({ "kind": "status", "status": 503, "headers": { "retry-after": "20" } }),
        json!({ "kind": "drop" }),
        json!({ "kind": "html" }),
        json!({ "kind": "html", "status": 200 }),
        json!({ "kind": "malformed" }),
        json!({ "kind": "truncated" }),
        json!({ "kind": "redirect", "location": "/elsewhere" }),
        json!({ "kind": "delay", "ms": 60_000 }),
    ]);
    troubles
}

/// Returns the names of the groups of a connection's organizations.
fn groups(connection: &Value) -> Vec<Option<&str>> {
    let orgs = connection["orgs"].as_array().unwrap();
    orgs.iter().map(|org| org["group"].as_str()).collect()
}

#[tokio::test]
async fn the_name_of_a_group_is_read_once_and_its_lack_costs_nothing() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let connection = bed.connect(&mut browser).await;
    assert_eq!(groups(&connection), [Some("Meridian Freight"); 6]);
    assert_eq!(bed.sandbox.seen("/v1/orgs").await, 1);
    for trouble in troubles() {
        bed.sandbox.heal().await;
        let rule = json!({ "on": { "endpoint": "v1" }, "fault": trouble });
        bed.sandbox.fault(rule).await;
        let begun = Instant::now();
        let connection = bed.connect(&mut browser).await;
        assert!(begun.elapsed() < Duration::from_secs(6), "{trouble}");
        assert_eq!(groups(&connection), [None; 6], "{trouble}");
        assert!(is_complete(&connection), "{trouble}");
        assert_eq!(connection["status"], "active", "{trouble}");
    }
    // It is there again with the next read of the organizations.
    bed.sandbox.heal().await;
    let refreshed = refresh_now(&mut browser, id(&connection)).await;
    assert_eq!(groups(&refreshed.json()), [Some("Meridian Freight"); 6]);
}

#[tokio::test]
async fn organizations_that_answer_slowly_cost_no_login_and_are_all_there_later() {
    let bed = Bed::with(&["--extra-orgs", "700"], &[]).await;
    fault(&bed, "/rest/orgs", &json!({ "kind": "delay", "ms": 3_000 })).await;
    let mut browser = bed.browser();
    let connection = bed.connect(&mut browser).await;
    assert_eq!(connection["status"], "active");
    assert!(!is_complete(&connection));
    let read = slugs(&connection).len();
    assert!((100..=400).contains(&read), "what came in time: {read}");
    let connection = until(&mut browser, is_complete).await;
    assert_eq!(slugs(&connection).len(), 706);
    // Reading resumed at the saved position: eight pages, and the one that was in flight when the
    // login returned.
    let request_count = bed.sandbox.seen("/rest/orgs").await;
    assert!((8..=9).contains(&request_count), "{request_count}");
    assert_eq!(bed.sandbox.count("revocations").await, 0);
    assert_eq!(connection["generation"], 0);
}

#[tokio::test]
async fn what_asks_to_come_later_is_not_asked_before() {
    let bed = Bed::with(&["--extra-orgs", "250"], &[]).await;
    let busy = json!({ "kind": "status", "status": 429, "headers": { "retry-after": "12" } });
    bed.sandbox
        .fault(
            json!({ "on": { "endpoint": "rest", "path": "/rest/orgs" }, "skip": 1, "times": 1,
            "fault": busy }),
        )
        .await;
    let mut browser = bed.browser();
    let connection = bed.connect(&mut browser).await;
    assert_eq!(
        (slugs(&connection).len(), is_complete(&connection)),
        (100, false)
    );
    let connection = until(&mut browser, is_complete).await;
    assert_eq!(slugs(&connection).len(), 256);
    let requests = bed.sandbox.requests().await;
    let request_times: Vec<i64> = requests
        .iter()
        .filter(|request| request["path"] == "/rest/orgs")
        .map(|request| request["at_ms"].as_i64().unwrap())
        .collect();
    assert!(
        request_times[2] - request_times[1] >= 12_000,
        "{request_times:?}"
    );
}

/// If a login cannot read its identity or organizations, the token pair is valid and is kept.
#[tokio::test]
async fn no_trouble_with_a_read_costs_the_login_and_all_is_read_when_it_is_over() {
    let bed = Bed::start().await;
    let mut browsers = Vec::new();
    // A second 403 or 404 for the identity is final.
    let is_final = |path: &str, trouble: &Value| {
        path != "/rest/orgs" && matches!(trouble["status"].as_u64(), Some(403 | 404))
    };
    let mut cases: Vec<_> = ["/rest/self", "/rest/orgs", "/rest/"]
        .into_iter()
        .flat_map(|path| troubles().into_iter().map(move |trouble| (path, trouble)))
        .collect();
    // These first: a retry of an earlier connection would meet them too.
    cases.sort_by_key(|(path, trouble)| !is_final(path, trouble));
    for (path, trouble) in cases {
        fault(&bed, path, &trouble).await;
        let mut browser = bed.browser();
        let answer = bed.finish_after_consent(&mut browser, "group").await;
        assert_eq!(answer.status, 201, "{path} {trouble}: {}", answer.text);
        let connection = &answer.json()["connection"];
        if path == "/rest/orgs" {
            assert!(!is_complete(connection), "{path} {trouble}");
            assert_eq!(connection["context"], "tenant", "{path} {trouble}");
        }
        bed.sandbox.heal().await;
        browsers.push((
            is_final(path, &trouble),
            format!("{path} {trouble}"),
            browser,
        ));
    }
    assert_eq!(bed.sandbox.count("revocations").await, 0);
    let mut same = Vec::new();
    for (is_final, trouble, browser) in &mut browsers {
        let is_settled =
            |now: &Value| is_complete(now) && (*is_final || now["context"] == "tenant");
        let connection = until(browser, is_settled).await;
        assert_eq!(connection["status"], "active", "{trouble}");
        assert_eq!(slugs(&connection).len(), 6, "{trouble}");
        if *is_final {
            continue;
        }
        let path = format!("/api/connections/{}/snyk/rest/self", id(&connection));
        assert_eq!(browser.get(&path).await.status, 200, "{trouble}");
        same.push(connection["id"].clone());
    }
    same.dedup();
    assert_eq!(same.len(), 1, "all of them have connected the same thing");
}

#[tokio::test]
async fn a_list_that_breaks_off_is_not_taken_for_all_of_it() {
    for (skip, trouble) in [
        (1, json!({ "kind": "status", "status": 500 })),
        (2, json!({ "kind": "malformed" })),
        (1, json!({ "kind": "cursor_loop" })),
        (
            0,
            json!({ "kind": "patch", "json": { "links": { "next": "/rest/orgs?version=1" } } }),
        ),
    ] {
        let bed = Bed::with(&["--extra-orgs", "250"], &[]).await;
        bed.sandbox
            .fault(
                json!({ "on": { "endpoint": "rest", "path": "/rest/orgs" }, "skip": skip,
                "fault": trouble }),
            )
            .await;
        let mut browser = bed.browser();
        let connection = bed.connect(&mut browser).await;
        assert!(!is_complete(&connection), "{trouble}");
        assert!(
            slugs(&connection).len() >= 100,
            "{trouble}: what was read is there"
        );
        bed.sandbox.heal().await;
        let connection = until(&mut browser, is_complete).await;
        assert_eq!(slugs(&connection).len(), 256, "{trouble}");
    }
}

#[tokio::test]
async fn a_connection_that_is_not_complete_survives_the_process() {
    let mut bed = Bed::start().await;
    fault(&bed, "/rest/", &json!({ "kind": "status", "status": 403 })).await;
    let mut browser = bed.browser();
    let before = bed.connect(&mut browser).await;
    assert_eq!((slugs(&before).len(), is_complete(&before)), (0, false));
    bed.app.kill();
    bed.sandbox.heal().await;
    bed.app.start_again(&[]).await;
    let after = until(&mut browser, is_complete).await;
    assert_eq!(id(&after), id(&before));
    assert_eq!(
        (after["context"].as_str(), slugs(&after).len()),
        (Some("tenant"), 6)
    );
}

#[tokio::test]
async fn a_connection_that_reaches_nothing_is_complete() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let attempt = browser.start_login(None).await;
    let callback = bed
        .sandbox
        .consent(&attempt, "org:logistics-jp", "allow")
        .await;
    bed.sandbox
        .set(json!({ "removed_orgs": ["logistics-jp"] }))
        .await;
    let answer = browser.finish(&callback).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let connection = &answer.json()["connection"];
    assert!(is_complete(connection) && slugs(connection).is_empty());
}

/// Both have consented to the same account: they share one connection once the accounts are known
/// to be equal.
#[tokio::test]
async fn what_turns_out_to_be_the_same_thing_becomes_one_connection() {
    let bed = Bed::start().await;
    let (mut first, one) = bed.connected().await;
    fault(&bed, "/rest/", &json!({ "kind": "status", "status": 403 })).await;
    let mut second = bed.browser();
    let other = bed.connect(&mut second).await;
    assert_ne!(id(&one), id(&other), "not known to be the same yet");
    bed.sandbox.heal().await;
    let merged = until(&mut second, |connection| id(connection) == id(&one)).await;
    assert!(is_complete(&merged));
    assert_eq!(merged["generation"], 1, "the later consent's pair");
    for browser in [&mut first, &mut second] {
        let all = browser.connections().await;
        assert_eq!((all.len(), id(&all[0])), (1, id(&one)));
        let path = format!("/api/connections/{}", id(&one));
        assert_eq!(
            browser.get(&format!("{path}/snyk/rest/self")).await.status,
            200
        );
        assert_eq!(refresh_now(browser, id(&one)).await.status, 200);
    }
}

#[tokio::test]
async fn refresh_now_reads_the_organizations_again() {
    let bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    bed.sandbox
        .set(json!({ "extra_orgs": 1, "removed_orgs": ["research"] }))
        .await;
    let answer = refresh_now(&mut browser, id(&connection)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let (before, after) = (connection, answer.json());
    assert!(slugs(&before).contains(&"research") && !slugs(&after).contains(&"research"));
    assert!(slugs(&after).contains(&"depot-0001"));
    assert_eq!(browser.connections().await, [after]);
}

#[tokio::test]
async fn a_reading_that_fails_takes_nothing_away() {
    let bed = Bed::with(&["--extra-orgs", "250"], &[]).await;
    let (mut browser, before) = bed.connected().await;
    for (skip, trouble) in [
        (0, json!({ "kind": "status", "status": 403 })),
        (0, json!({ "kind": "status", "status": 404 })),
        (1, json!({ "kind": "status", "status": 500 })),
        (1, json!({ "kind": "malformed" })),
        (0, json!({ "kind": "delay", "ms": 60_000 })),
    ] {
        bed.sandbox
            .set(json!({ "removed_orgs": ["research"] }))
            .await;
        bed.sandbox
            .fault(
                json!({ "on": { "endpoint": "rest", "path": "/rest/orgs" }, "skip": skip,
                "fault": trouble }),
            )
            .await;
        let answer = refresh_now(&mut browser, id(&before)).await;
        assert_eq!(answer.status, 200, "{trouble}: {}", answer.text);
        assert_eq!(slugs(&answer.json()), slugs(&before), "{trouble}");
        assert!(
            is_complete(&answer.json()),
            "{trouble}: all of them were read once"
        );
        bed.sandbox.heal().await;
    }
    // When the background sync ends, removed organizations disappear.
    until(&mut browser, |now| !slugs(now).contains(&"research")).await;
}

#[tokio::test]
async fn organizations_are_read_again_after_a_refresh_and_once_an_hour_at_most() {
    let mut bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    bed.sandbox.set(json!({ "extra_orgs": 1 })).await;
    let path = format!("/api/connections/{}/snyk/rest/self", id(&connection));
    bed.app.start_again_at("+2h").await;
    assert_eq!(browser.get(&path).await.status, 200);
    until(&mut browser, |now| slugs(now).contains(&"depot-0001")).await;
    let seen = bed.sandbox.seen("/rest/orgs").await;
    assert_eq!(seen, 2, "at the login, and now");
    // Refreshed again within the hour, and still used.
    bed.sandbox.expire_access_tokens().await;
    assert_eq!(browser.get(&path).await.status, 200);
    bed.app.start_again_at("+2h").await;
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert_eq!(bed.sandbox.seen("/rest/orgs").await, seen);
}
