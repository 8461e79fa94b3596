//! Background work is done once, by one of several servers, and goes on when that one ends.

use std::time::{Duration, Instant};

use serde_json::json;
use test_postgres::Database;
use tests::Bed;

use super::{bed, nodes::second_server};

const CONNECTIONS: usize = 12;

/// Waits until a statement returns zero.
async fn becomes_zero(database: &Database, count: &str) {
    let began = Instant::now();
    while database.query(count) != ["0"] {
        assert!(began.elapsed() < Duration::from_secs(90), "{count}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Connects some accounts, each in a browser of its own.
async fn connect_some(bed: &Bed) {
    for number in 0..CONNECTIONS {
        let person = format!("person{number}@example.com");
        bed.sandbox
            .set(json!({ "context": "user", "person": person }))
            .await;
        bed.connected().await;
    }
}

/// Returns how many requests for lists of organizations there were.
async fn reads_of_orgs(bed: &Bed) -> usize {
    bed.sandbox.seen("/rest/orgs").await
}

#[tokio::test]
async fn an_account_that_is_due_is_read_by_one_of_two_servers() {
    let database = Database::create();
    let bed = bed(&database).await;
    let _second = second_server(&bed, &database).await;
    connect_some(&bed).await;
    let stored = database.query("SELECT COUNT(*) FROM connections");
    assert_eq!(stored, [CONNECTIONS.to_string()]);
    let before = reads_of_orgs(&bed).await;
    // A page of organizations for each connection, and some of that read slowly.
    bed.sandbox
        .fault(
            json!({ "on": { "endpoint": "rest", "path": "/rest/orgs" }, "times": 4,
            "fault": { "kind": "delay", "ms": 6_500, "when": "before" } }),
        )
        .await;
    database.execute("UPDATE connections SET orgs_complete = FALSE, orgs_due_at = 1");
    becomes_zero(
        &database,
        "SELECT COUNT(*) FROM connections WHERE NOT orgs_complete",
    )
    .await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    let pages_of_each = before / CONNECTIONS;
    let reads = reads_of_orgs(&bed).await - before;
    assert_eq!(reads, CONNECTIONS * pages_of_each);
}

#[tokio::test]
async fn a_revocation_is_sent_by_one_of_two_servers() {
    let database = Database::create();
    let bed = bed(&database).await;
    let _second = second_server(&bed, &database).await;
    bed.sandbox
        .fault(
            json!({ "on": { "endpoint": "revoke" }, "times": CONNECTIONS,
            "fault": { "kind": "status", "status": 503 } }),
        )
        .await;
    for _ in 0..CONNECTIONS {
        let (mut browser, connection) = bed.connected().await;
        let path = format!("/api/connections/{}", connection["id"].as_str().unwrap());
        assert_eq!(browser.delete(&path).await.header("revocation"), "pending");
    }
    let before = bed.sandbox.seen("/oauth2/revoke").await;
    assert_eq!(before, CONNECTIONS);
    // Each answer takes its time, in which the other server would send the same.
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "revoke" },
            "fault": { "kind": "delay", "ms": 4_000, "when": "before" } }))
        .await;
    database.execute("UPDATE revocations SET next_at = 1");
    becomes_zero(&database, "SELECT COUNT(*) FROM revocations").await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(bed.sandbox.seen("/oauth2/revoke").await, 2 * CONNECTIONS);
    assert_eq!(bed.sandbox.count("revocations").await, CONNECTIONS as u64);
}

#[tokio::test]
async fn another_server_does_the_work_when_its_leader_is_killed() {
    let database = Database::create();
    let mut bed = bed(&database).await;
    let leader = "SELECT COUNT(*) FROM leaders WHERE work = 'expired'";
    let began = Instant::now();
    while database.query(leader) != ["1"] {
        assert!(began.elapsed() < Duration::from_secs(30), "nobody leads");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let _second = second_server(&bed, &database).await;
    bed.connected().await;
    bed.app.kill();
    database.execute("UPDATE sessions SET expires_at = 1");
    becomes_zero(&database, "SELECT COUNT(*) FROM sessions").await;
}
