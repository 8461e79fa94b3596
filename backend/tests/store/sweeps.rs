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

/// Acquires the lease of a connection. If it is to be expired, its owner has not renewed it in time.
async fn lease(bed: &Bed<Arc<SqliteStore>>, connection: &Connection, is_expired: bool) {
    let lease = bed
        .store
        .acquire_lease(&connection.id, 0, Duration::from_mins(1))
        .await;
    assert!(matches!(lease.unwrap(), Acquisition::Free(_)));
    if is_expired {
        let expire = "UPDATE connections SET lease_ends_at = lease_ends_at - 61000 \
            WHERE lease IS NOT NULL";
        execute(&bed.folder, expire).await;
    }
}

#[tokio::test]
async fn an_orphaned_connection_is_swept_unless_its_lease_is_held() {
    for is_expired in [false, true] {
        let bed = sqlite().await;
        let store = &*bed.store;
        let (one, _, token) = connect(store, "one").await;
        lease(&bed, &one, is_expired).await;
        store.end_session(&token).await.unwrap();
        // Orphaned since now.
        assert_eq!(store.sweep_orphaned(now(), at(-100)).await.unwrap(), 0);
        let swept = store.sweep_orphaned(at(10), at(5)).await.unwrap();
        assert_eq!(swept, u64::from(is_expired));
        let found = store.connection(&one.id).await.unwrap();
        assert_eq!(found.is_none(), is_expired);
        let due = store.due_revocations(at(20), 9).await.unwrap();
        let due: Vec<_> = due.iter().map(|one| one.token.secret()).collect();
        assert_eq!(
            due,
            if is_expired {
                vec!["one-refresh"]
            } else {
                vec![]
            }
        );
        assert_eq!(store.sweep_orphaned(at(11), at(5)).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn an_expired_lease_leaves_no_doubt_at_a_disconnect() {
    for is_expired in [false, true] {
        let bed = sqlite().await;
        let (one, ..) = connect(&*bed.store, "one").await;
        lease(&bed, &one, is_expired).await;
        let ended = bed
            .store
            .disconnect(&one.id, &RevocationId::generate(), now())
            .await;
        assert_eq!(ended.unwrap().more_may_live, !is_expired);
    }
}

#[tokio::test]
async fn an_expired_lease_delays_no_merge() {
    for is_expired in [false, true] {
        let bed = sqlite().await;
        let store = &*bed.store;
        let (one, ..) = connect(store, "one").await;
        let (two, session, _) = connect_what(store, "two", account(None, &[], false)).await;
        lease(&bed, &two, is_expired).await;
        let orgs = [org("one")];
        let subject = bot_of(&orgs);
        let account = account(subject.as_ref(), &orgs, true);
        let consent = two.consent();
        store.store_account(&consent, account, now()).await.unwrap();
        let found = store.authorized(&session, &one.id).await.unwrap();
        assert_eq!(found.is_some(), is_expired);
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
    let kept = AttemptId::from_stored("kept".to_owned());
    assert!(store.claim(&kept, at(1)).await.unwrap());
    store.sweep(now(), at(-60)).await.unwrap();
    assert!(store.session(&token).await.unwrap().is_some());
    assert!(!store.claim(&kept, at(1)).await.unwrap());
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
async fn no_sweep_and_no_poll_scans_a_table() {
    let bed = sqlite().await;
    let url = format!("sqlite://{}", bed.folder.path().join("app.db").display());
    let mut file = sqlx::SqliteConnection::connect(&url).await.unwrap();
    for (query, index) in [
        (
            "SELECT id FROM sessions WHERE expires_at < 1 LIMIT 10",
            "sessions_by_expires_at (expires_at<?)",
        ),
        (
            "SELECT id FROM sessions WHERE last_used_at < 1 LIMIT 10",
            "sessions_by_last_used_at (last_used_at<?)",
        ),
        (
            "SELECT attempt FROM claims WHERE ends_at < 1 LIMIT 10",
            "claims_by_ends_at (ends_at<?)",
        ),
        (
            "SELECT id, connected_at FROM connections WHERE orgs_due_at <= 1 \
                 AND status = 'active' AND unreached_since IS NULL \
                 AND (orgs_complete = 0 OR orgs_tries > 0 OR refreshed_at > orgs_read_at) \
             ORDER BY orgs_due_at LIMIT 10",
            "connections_due (orgs_due_at<?)",
        ),
        (
            "SELECT id FROM connections WHERE unreached_since IS NULL AND id > '1' \
             ORDER BY id LIMIT 10",
            "COVERING INDEX connections_unmarked (id>?)",
        ),
        (
            "SELECT id FROM connections WHERE unreached_since IS NOT NULL AND id > '1' \
             ORDER BY id LIMIT 10",
            "COVERING INDEX connections_marked (id>?)",
        ),
    ] {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}")))
                .fetch_all(&mut file)
                .await
                .unwrap();
        let plan: Vec<String> = plan.into_iter().map(|(.., step)| step).collect();
        assert!(plan[0].contains(index), "{query}: {plan:?}");
        assert_eq!(plan.len(), 1, "{query}: {plan:?}");
    }
}
