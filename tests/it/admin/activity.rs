//! The activity log: what it tells, that it holds no secret, and that nothing waits for it.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{Bed, client::Client, sqlite::WriteLock};

use super::{administrator, link, read, use_link};

/// Returns the events of a filter once there are so many.
async fn events(admin: &mut Client, query: &str, count: usize) -> Vec<Value> {
    let path = format!("/api/admin/activity?{query}");
    for _ in 0..100 {
        let log = read(admin, &path).await;
        let events = log["events"].as_array().unwrap().clone();
        if events.len() >= count {
            return events;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{query}: {}", read(admin, &path).await);
}

#[tokio::test]
async fn sec_73_the_log_tells_what_happened_and_holds_no_secret() {
    let bed = Bed::start().await;
    let hostile = "Firefox/140 \u{1b}[2J canary-agent";
    let hostile: String = hostile.chars().filter(|c| !c.is_control()).collect();
    let mut person = bed.browser().calling_itself(&hostile);
    let connection = bed.connect(&mut person).await;
    let id = connection["id"].as_str().unwrap();
    let attempt = person.start_login(None).await;
    let refused = tests::client::Callback::of_location(&format!(
        "{}/callback?error=canary%0D%0A%1B[2J&state={}",
        bed.app.url, attempt.state
    ));
    let failed = person.finish(&refused).await;
    assert_eq!(failed.status, 400, "{}", failed.text);
    let refresh = format!("/api/connections/{id}/refresh");
    assert_eq!(person.post(&refresh, &json!({})).await.status, 200);
    let kept = person.clone();
    assert_eq!(person.delete("/api/session").await.status, 204);

    let used = link(&bed.app).await;
    let mut admin = bed.browser();
    assert_eq!(use_link(&mut admin, &used).await.status, 201);
    assert_eq!(use_link(&mut bed.browser(), &used).await.status, 409);
    let ended = admin.delete(&format!("/api/admin/installs/{id}")).await;
    assert_eq!(ended.status, 204);

    let all = events(&mut admin, "", 7).await;
    let kinds: Vec<_> = all
        .iter()
        .rev()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "connected",
            "login_failed",
            "refreshed",
            "signed_out",
            "admin_signed_in",
            "admin_refused",
            "admin_disconnected"
        ]
    );
    for event in &all {
        assert_eq!(event["request_id"].as_str().unwrap().len(), 26, "{event}");
    }
    let details: Vec<_> = all
        .iter()
        .rev()
        .map(|one| one["detail"].as_str().unwrap())
        .collect();
    assert_eq!(details[1], "login_refused: an unknown error");
    assert_eq!(details[2], "generation 1");
    assert_eq!(details[5], "login_used");
    assert_eq!(failed.header("x-request-id"), all[5]["request_id"]);
    assert_eq!(all[0]["install"], id);
    assert!(!all[0]["install_name"].as_str().unwrap().is_empty());

    // Filters and pages.
    let about = events(&mut admin, &format!("install={id}"), 3).await;
    assert_eq!(about.len(), 3);
    let of_kinds = events(&mut admin, "kinds=connected,signed_out", 2).await;
    assert_eq!(of_kinds.len(), 2);
    let page = read(&mut admin, "/api/admin/activity?limit=3").await;
    let next = page["next"].as_str().unwrap();
    let rest = events(&mut admin, &format!("cursor={next}"), 4).await;
    assert_eq!((rest.len(), &rest[0]), (4, &all[3]));

    // Neither the answers nor the database have a secret.
    let mut secrets = bed.sandbox.secrets().await;
    secrets.extend([used, attempt.state, attempt.verifier]);
    secrets.extend(kept.cookies.values().cloned());
    secrets.extend(admin.cookies.values().cloned());
    secrets.push("canary".to_owned());
    let database = bed.app.database_bytes();
    let text = Value::from(all).to_string();
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret}");
        let is_stored = database
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!is_stored, "{secret}");
    }
}

#[tokio::test]
async fn a_refresh_that_fails_is_told_until_one_succeeds() {
    let bed = Bed::start().await;
    let (mut person, connection) = bed.connected().await;
    let id = connection["id"].as_str().unwrap();
    let mut admin = administrator(&bed.app).await;
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" },
            "fault": { "kind": "status", "status": 503 } }))
        .await;
    let refresh = format!("/api/connections/{id}/refresh");
    assert!(person.post(&refresh, &json!({})).await.status >= 500);
    let failed = events(&mut admin, "kinds=refresh_failed", 1).await;
    assert_eq!(failed[0]["detail"], "Snyk answered 503");
    let path = "/api/admin/installs?status=refresh_failing";
    for _ in 0..50 {
        let list = read(&mut admin, path).await;
        if list["installs"].as_array().unwrap().len() == 1 {
            assert_eq!(list["totals"]["refresh_failing"], 1);
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(read(&mut admin, path).await["installs"][0]["id"], id);
    bed.sandbox.heal().await;
    assert_eq!(person.post(&refresh, &json!({})).await.status, 200);
    let list = read(&mut admin, path).await;
    assert!(list["installs"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn nothing_waits_for_the_log() {
    let bed = Bed::start().await;
    let (mut person, connection) = bed.connected().await;
    let lock = WriteLock::take(&bed.app.database());
    let path = format!(
        "/api/connections/{}/snyk/rest/self",
        connection["id"].as_str().unwrap()
    );
    // A refused link notes an event, which cannot be stored now.
    for _ in 0..20 {
        let began = std::time::Instant::now();
        assert_eq!(use_link(&mut bed.browser(), "x").await.status, 403);
        assert_eq!(person.get(&path).await.status, 200);
        assert!(began.elapsed() < Duration::from_secs(2));
    }
    drop(lock);
    let mut admin = administrator(&bed.app).await;
    assert_eq!(
        events(&mut admin, "kinds=admin_refused", 20).await.len(),
        20
    );
}
