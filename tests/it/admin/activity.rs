//! The activity log: what it tells, that it holds no secret, and that nothing waits for it.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    Bed,
    client::{Callback, Client},
    registration::CLIENT_SECRET,
    sqlite::{self, WriteLock},
};

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
    let mut person = bed
        .browser()
        .calling_itself("Firefox/140\t[2J canary-agent");
    let connection = bed.connect(&mut person).await;
    let id = connection["id"].as_str().unwrap();
    let attempt = person.start_login(None).await;
    let mut refuse = async |error: &str| {
        let callback = Callback::of_location(&format!(
            "{}/callback?error={error}&state={}",
            bed.app.url, attempt.state
        ));
        person.finish(&callback).await
    };
    let forged = refuse("canary%0D%0A%1B[2J").await;
    assert_eq!(forged.code(), "bad_request");
    let failed = refuse("Canary!").await;
    assert_eq!(failed.code(), "login_refused");
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
    // The acts of one administrator are told from those of another.
    let (session, browser) = details[4].split_once(", ").unwrap();
    assert_eq!((details[6], browser), (session, "Browser not recognized"));
    assert_eq!(session.len(), "session ".len() + 6);
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
    secrets.extend(["canary".to_owned(), "Canary".to_owned()]);
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

#[tokio::test]
async fn what_the_server_and_snyk_do_by_themselves_is_told_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, CLIENT_SECRET).unwrap();
    let variables = [
        ("CLIENT_SECRET", ""),
        ("CLIENT_SECRET_FILE", file.to_str().unwrap()),
        ("RATE_LIMITS", "on"),
    ];
    let bed = Bed::with(&[], &variables).await;
    let (mut person, connection) = bed.connected().await;
    let id = connection["id"].as_str().unwrap();
    let mut admin = administrator(&bed.app).await;
    // A secret that Snyk does not know: the former one is used.
    std::fs::write(&file, "another-client-secret").unwrap();
    let refresh = format!("/api/connections/{id}/refresh");
    assert_eq!(person.post(&refresh, &json!({})).await.status, 200);
    events(&mut admin, "kinds=secret_reread", 1).await;
    let settings = read(&mut admin, "/api/admin/settings").await;
    let secret = &settings["client_secret"];
    assert_eq!(secret["variable"], "CLIENT_SECRET_FILE");
    assert!(secret["read_at"].as_str() > settings["read_at"].as_str());

    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" },
            "fault": { "kind": "status", "status": 400,
                "content_type": "application/json",
                "body": "{\"error\":\"invalid_grant\",\"error_description\":\"x\"}" } }))
        .await;
    assert_eq!(person.post(&refresh, &json!({})).await.status, 409);
    let lost = events(&mut admin, "kinds=reconnect_needed", 1).await;
    assert_eq!(
        (&lost[0]["detail"], &lost[0]["install"]),
        (&json!("invalid_grant"), &json!(id))
    );

    // However often a client is refused, it is told once a minute.
    let mut stranger = bed.browser();
    for _ in 0..60 {
        stranger
            .finish(&Callback::of_location(
                "http://localhost/callback?code=x&state=y",
            ))
            .await;
    }
    let limits = events(&mut admin, "kinds=limit_reached", 1).await;
    assert_eq!(limits.len(), 1);
    assert_eq!(limits[0]["detail"], "127.0.0.1, too many requests");
    let foreign = events(&mut admin, "kinds=login_failed", 1).await;
    assert_eq!(foreign.len(), 1, "{foreign:?}");
}

#[tokio::test]
async fn sec_73_key_faults_and_refusals_are_told() {
    let bed = Bed::start().await;
    let (mut person, connection) = bed.connected().await;
    let mut admin = administrator(&bed.app).await;
    let forged = person
        .bare(Method::DELETE, "/api/session")
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site");
    for _ in 0..3 {
        let request = forged.try_clone().unwrap();
        assert_eq!(person.send(request).await.status, 403);
    }
    let refused = events(&mut admin, "kinds=requests_refused", 1).await;
    assert_eq!(refused.len(), 1, "once a minute: {refused:?}");
    assert_eq!(refused[0]["detail"], "127.0.0.1, sent by another page");

    let broken = "UPDATE connections SET access_token = refresh_token";
    sqlite::execute(&bed.app.database(), broken);
    let path = format!(
        "/api/connections/{}/snyk/rest/self",
        connection["id"].as_str().unwrap()
    );
    assert_eq!(person.get(&path).await.code(), "reconnect_needed");
    let faults = events(&mut admin, "kinds=key_fault", 1).await;
    assert_eq!(faults[0]["install"], connection["id"]);
}
