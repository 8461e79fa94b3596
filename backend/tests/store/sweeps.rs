//! Sweeps: what they remove, in batches, and that an expired lease protects nothing.

use super::*;

fn at(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

async fn execute(folder: &tempfile::TempDir, text: &'static str) {
    let url = format!("sqlite://{}", folder.path().join("app.db").display());
    let mut file = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query(text).execute(&mut file).await.unwrap();
    file.close().await.unwrap();
}

async fn lease(store: &impl Store, connection: &Connection) {
    let lease = store
        .acquire_lease(&connection.id, 0, "owner", now(), at(10))
        .await;
    assert!(lease.unwrap());
}

#[tokio::test]
async fn an_orphaned_connection_is_swept_unless_its_lease_is_held() {
    let bed = sqlite().await;
    let store = &*bed.store;
    let (one, _, token) = connect(store, "one").await;
    lease(store, &one).await;
    store.end_session(&token).await.unwrap();
    // Orphaned since now.
    assert_eq!(store.sweep_orphaned(now(), at(-100)).await.unwrap(), 0);
    for (seconds, swept) in [(9, 0), (10, 0), (11, 1), (12, 0)] {
        let found = store.sweep_orphaned(at(seconds), at(5)).await.unwrap();
        assert_eq!(found, swept, "after {seconds} s");
    }
    assert!(store.connection(&one.id).await.unwrap().is_none());
    let due = store.due_revocations(at(20), 9).await.unwrap();
    assert_eq!(due[0].token.secret(), "one-refresh");
}

#[tokio::test]
async fn an_expired_lease_leaves_no_doubt_at_a_disconnect() {
    for (seconds, in_doubt) in [(10, true), (11, false)] {
        let bed = sqlite().await;
        let (one, ..) = connect(&*bed.store, "one").await;
        lease(&*bed.store, &one).await;
        let ended = bed.store.disconnect(&one.id, "r", at(seconds)).await;
        assert_eq!(ended.unwrap().more_may_live, in_doubt, "{seconds}");
    }
}

#[tokio::test]
async fn an_expired_lease_delays_no_merge() {
    for (seconds, merged) in [(10, false), (11, true)] {
        let bed = sqlite().await;
        let store = &*bed.store;
        let (one, ..) = connect(store, "one").await;
        let (two, session, _) = connect_what(store, "two", account(None, &[], false)).await;
        lease(store, &two).await;
        let orgs = [org("one")];
        let subject = bot_of(&orgs);
        let account = account(subject.as_ref(), &orgs, true);
        let consent = two.consent();
        store
            .store_account(&consent, account, at(seconds))
            .await
            .unwrap();
        let found = store.authorized(&session, &one.id).await.unwrap();
        assert_eq!(found.is_some(), merged, "{seconds}");
    }
}

#[tokio::test]
async fn a_connection_that_is_used_again_is_not_swept() {
    let bed = sqlite().await;
    let store = &*bed.store;
    let (one, _, token) = connect(store, "one").await;
    store.end_session(&token).await.unwrap();
    store.sweep_orphaned(now(), at(-100)).await.unwrap();
    let (again, ..) = connect(store, "one").await;
    assert_eq!(again.id, one.id);
    assert_eq!(store.sweep_orphaned(at(10), at(5)).await.unwrap(), 0);
    // A mark that outlived its reason is removed as well.
    execute(&bed.folder, "UPDATE connections SET unreached_since = 1").await;
    assert_eq!(store.sweep_orphaned(at(10), at(5)).await.unwrap(), 0);
    let (again, ..) = connect(store, "one").await;
    assert_eq!((&again.id, again.generation), (&one.id, 2));
}

#[tokio::test]
async fn sweeps_remove_what_has_ended_and_keep_the_rest() {
    let bed = sqlite().await;
    let store = &*bed.store;
    let (.., token) = connect(store, "one").await;
    execute(
        &bed.folder,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) \
         INSERT INTO sessions (token_hash, id, browser, signed_in_at, last_used_at, expires_at) \
         SELECT randomblob(32), 's' || i, '', 0, \
             CASE WHEN i % 2 THEN 0 ELSE 1800000000000 END, \
             CASE WHEN i % 2 THEN 1900000000000 ELSE 1 END FROM n",
    )
    .await;
    execute(
        &bed.folder,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) \
         INSERT INTO claims (attempt, ends_at) SELECT 'c' || i, 1 FROM n",
    )
    .await;
    assert!(store.claim("kept", at(1)).await.unwrap());
    store.sweep(now(), at(-60)).await.unwrap();
    assert!(store.session(&token).await.unwrap().is_some());
    assert!(!store.claim("kept", at(1)).await.unwrap());
    let url = format!("sqlite://{}", bed.folder.path().join("app.db").display());
    let mut file = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let left: (i64, i64) =
        sqlx::query_as("SELECT (SELECT COUNT(*) FROM sessions), (SELECT COUNT(*) FROM claims)")
            .fetch_one(&mut file)
            .await
            .unwrap();
    assert_eq!(left, (1, 1));
}

#[tokio::test]
async fn no_sweep_scans_a_table() {
    let bed = sqlite().await;
    let url = format!("sqlite://{}", bed.folder.path().join("app.db").display());
    let mut file = sqlx::SqliteConnection::connect(&url).await.unwrap();
    for text in [
        "EXPLAIN QUERY PLAN SELECT id FROM sessions WHERE expires_at < 1 LIMIT 100",
        "EXPLAIN QUERY PLAN SELECT id FROM sessions WHERE last_used_at < 1 LIMIT 100",
        "EXPLAIN QUERY PLAN SELECT attempt FROM claims WHERE ends_at < 1 LIMIT 100",
    ] {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(text).fetch_all(&mut file).await.unwrap();
        assert!(plan[0].3.contains("USING"), "{text}: {}", plan[0].3);
    }
}
