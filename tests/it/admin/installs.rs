//! The list of installs: pages, search and order, and the end of one.

use serde_json::{Value, json};
use tests::{Bed, client::Client, sqlite};

use super::{administrator, expected, problem, read};

const HOSTILE: [&str; 8] = [
    "100%",
    "a_b",
    "O'Neill \"& Sons\"",
    "<script>alert(1)</script>",
    "شركة الميناء",
    "Łódź Cargo",
    "line\\r\\n\\u001b[2J",
    "' OR 1=1 --",
];

/// Stores connections as an earlier version did: without what they are found by.
fn store_many(bed: &Bed, count: usize) {
    let mut statements = String::new();
    for number in 0..count {
        let name = HOSTILE.get(number).copied().unwrap_or("Org");
        let name = name.replace('"', "\\\"").replace('\'', "''");
        let status = ["reconnect_needed", "disconnected"][number % 2];
        statements += &format!(
            "INSERT INTO connections (id, subject, status, context, orgs, scopes, connected_at, \
                 refreshed_at, generation, access_expires_at) VALUES ('01TEST{number:04}', \
                 'unknown {number}', '{status}', 'tenant', \
                 '[{{\"id\":\"0a-{number}\",\"name\":\"{name} {number}\",\"slug\":\"s\"}}]', 'org.read', \
                 {number}, {}, 1, 0);",
            number % 7
        );
    }
    sqlite::execute(&bed.app.database(), &statements);
}

fn names(list: &Value) -> Vec<&str> {
    let installs = list["installs"].as_array().unwrap();
    installs
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect()
}

async fn search(admin: &mut Client, text: &str) -> Value {
    let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    read(admin, &format!("/api/admin/installs?search={text}")).await
}

#[tokio::test]
async fn many_installs_are_paged_searched_and_sorted() {
    let mut bed = Bed::start().await;
    bed.app.stop();
    store_many(&bed, 250);
    bed.app.start_again(&[]).await;
    let mut admin = administrator(&bed.app).await;
    for _ in 0..100 {
        let list = search(&mut admin, "org 249").await;
        if names(&list) == ["Org 249"] {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    for sort in ["name", "refreshed", "ending", "connected"] {
        let mut ids = Vec::new();
        let mut path = format!("/api/admin/installs?sort={sort}");
        let mut pages = 0;
        loop {
            let list = read(&mut admin, &path).await;
            let totals = &list["totals"];
            assert_eq!(
                (&totals["reconnect_needed"], &totals["disconnected"]),
                (&125.into(), &125.into())
            );
            let installs = list["installs"].as_array().unwrap();
            ids.extend(installs.iter().map(|one| one["id"].to_string()));
            pages += 1;
            let Some(next) = list["next"].as_str() else {
                break;
            };
            path = format!("/api/admin/installs?sort={sort}&cursor={next}");
        }
        assert_eq!((ids.len(), pages), (250, 3), "{sort}");
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 250, "{sort}");
    }
    for (index, name) in HOSTILE.iter().enumerate() {
        let shown = name.replace("\\r\\n\\u001b", "\r\n\u{1b}");
        let list = search(&mut admin, &shown).await;
        assert_eq!(names(&list), [format!("{shown} {index}")]);
    }
    assert_eq!(names(&search(&mut admin, "%").await), ["100% 0"]);
    assert_eq!(names(&search(&mut admin, "_").await), ["a_b 1"]);
    assert_eq!(names(&search(&mut admin, "łÓDŹ").await), ["Łódź Cargo 5"]);
    assert_eq!(
        names(&search(&mut admin, "01test0004").await),
        ["شركة الميناء 4"]
    );
    assert_eq!(names(&search(&mut admin, "0A-4").await), ["شركة الميناء 4"]);
    assert!(names(&search(&mut admin, "01test").await).is_empty());
    let lost = "/api/admin/installs?status=reconnect_needed&search=cargo";
    assert!(names(&read(&mut admin, lost).await).is_empty());
    let one = read(&mut admin, "/api/admin/installs/01TEST0004").await;
    assert_eq!(one["access_token_expires_at"], Value::Null);
    assert_eq!(one["orgs"], 1);
}

#[tokio::test]
async fn what_the_list_does_not_know_is_refused() {
    let bed = Bed::start().await;
    let mut admin = administrator(&bed.app).await;
    for query in [
        "x=1",
        "status=lost",
        "sort=size",
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "cursor=",
        "cursor=x",
        "cursor=%00",
        "sort=name&sort=name",
        &format!("search={}", "a".repeat(201)),
    ] {
        let answer = admin.get(&format!("/api/admin/installs?{query}")).await;
        assert_eq!(problem(&answer), expected(400, "bad_request"), "{query}");
    }
    for query in [
        "x=1",
        "kinds=",
        "kinds=x",
        "kinds=connected,x",
        "limit=101",
        "cursor=x",
    ] {
        let answer = admin.get(&format!("/api/admin/activity?{query}")).await;
        assert_eq!(problem(&answer), expected(400, "bad_request"), "{query}");
    }
    for query in ["search=%00", "search=", "limit=1", "status=active"] {
        read(&mut admin, &format!("/api/admin/installs?{query}")).await;
    }
    for id in ["unknown", "%00", "a%2Fb"] {
        let answer = admin.get(&format!("/api/admin/installs/{id}")).await;
        assert_eq!(problem(&answer), expected(404, "not_found"), "{id}");
        let answer = admin.delete(&format!("/api/admin/installs/{id}")).await;
        assert_eq!(problem(&answer), expected(404, "not_found"), "{id}");
    }
}

#[tokio::test]
async fn sec_42_an_administrator_ends_a_connection_as_a_person_does() {
    let bed = Bed::start().await;
    let (mut person, connection) = bed.connected().await;
    let id = connection["id"].as_str().unwrap();
    let mut admin = administrator(&bed.app).await;
    let list = read(&mut admin, "/api/admin/installs").await;
    let install = &list["installs"][0];
    assert_eq!(install["id"], id);
    assert_eq!(install["status"], "active");
    assert_eq!(install["is_group"], true);
    assert_eq!(install["browsers"], 1);
    assert_eq!(list["totals"]["active"], 1);
    let known = connection["orgs"].as_array().unwrap();
    assert_eq!(install["orgs"], known.len());
    for org in known {
        let found = search(&mut admin, org["id"].as_str().unwrap()).await;
        assert_eq!(found["installs"][0]["id"], id);
    }
    let text = list.to_string();
    for secret in bed.sandbox.secrets().await {
        assert!(!text.contains(&secret));
    }

    let path = format!("/api/admin/installs/{id}");
    let ended = admin.delete(&path).await;
    assert_eq!((ended.status, ended.header("revocation")), (204, "done"));
    assert_eq!(bed.sandbox.seen("/oauth2/revoke").await, 1);
    assert!(person.connections().await.is_empty());
    let install = read(&mut admin, &path).await;
    assert_eq!(install["status"], "disconnected");
    assert_eq!(install["access_token_expires_at"], Value::Null);
    assert_eq!(install["browsers"], 0);
    let again = admin.delete(&path).await;
    assert_eq!((again.status, again.header("revocation")), (204, "done"));
    assert_eq!(bed.sandbox.seen("/oauth2/revoke").await, 1);
}

#[tokio::test]
async fn sec_42_the_end_of_a_connection_is_pending_until_snyk_has_revoked_its_tokens() {
    let bed = Bed::start().await;
    let (_, connection) = bed.connected().await;
    let mut admin = administrator(&bed.app).await;
    bed.sandbox
        .fault(
            json!({ "on": { "endpoint": "revoke" }, "fault": { "kind": "status", "status": 500 } }),
        )
        .await;
    let path = format!("/api/admin/installs/{}", connection["id"].as_str().unwrap());
    for _ in 0..2 {
        let ended = admin.delete(&path).await;
        assert_eq!((ended.status, ended.header("revocation")), (204, "pending"));
    }
    // As the background sweep does after a revocation.
    sqlite::execute(&bed.app.database(), "DELETE FROM revocations");
    let ended = admin.delete(&path).await;
    assert_eq!((ended.status, ended.header("revocation")), (204, "done"));
}
