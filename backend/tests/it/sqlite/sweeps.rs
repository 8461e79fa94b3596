//! Sweeps of a SQLite file with many records, and the indexes that they use.

use domain::ids::AttemptId;

use super::bed;
use crate::common::{bed::sqlite, records::*};

#[tokio::test]
async fn sweeps_remove_what_has_ended_and_keep_the_rest() {
    let (bed, file) = bed().await;
    let store = &*bed.store;
    let (.., token) = connect(store, "one").await;
    bed.database
        .execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) \
         INSERT INTO sessions (token_hash, id, browser, signed_in_at, last_used_at, expires_at) \
         SELECT randomblob(32), 's' || i, '', 0, \
             CASE WHEN i % 2 THEN 0 ELSE 1800000000000 END, \
             CASE WHEN i % 2 THEN 1900000000000 ELSE 1 END FROM n",
        )
        .await;
    bed.database
        .execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) \
         INSERT INTO claims (attempt, ends_at) SELECT 'c' || i, 1 FROM n",
        )
        .await;
    let kept = AttemptId::from_stored("kept".to_owned());
    assert!(store.claim(&kept, at(1)).await.unwrap());
    store.sweep(now(), at(-60)).await.unwrap();
    assert!(store.session(&token).await.unwrap().is_some());
    assert!(!store.claim(&kept, at(1)).await.unwrap());
    let mut file = file.connect().await;
    let left: (i64, i64) =
        sqlx::query_as("SELECT (SELECT COUNT(*) FROM sessions), (SELECT COUNT(*) FROM claims)")
            .fetch_one(&mut file)
            .await
            .unwrap();
    assert_eq!(left, (1, 1));
}

#[tokio::test]
async fn no_sweep_and_no_poll_scans_a_table() {
    let (_, file) = sqlite().await;
    let mut file = file.connect().await;
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
            "SELECT id, generation, refreshed_at, refresh_expires_at, unreached_since \
             FROM connections \
             WHERE status = 'active' AND refreshed_at >= 1 AND (refreshed_at > 1 OR id > '1') \
             ORDER BY refreshed_at, id LIMIT 10",
            "connections_by_refreshed_at (refreshed_at>?)",
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
