//! Failures of the database, which a test causes by triggers.

use snyk_app::store::lease::Settlement;

use crate::common::{
    bed::{Bed, sqlite},
    records::*,
};

/// A failed settlement gives the lease back, so that a pair can be stored later.
async fn a_failed_settlement_gives_the_lease_back(is_cached: bool) {
    let (database, file) = sqlite().await;
    let mut other = file.connect().await;
    let bed = Bed::over((database, file), is_cached).await;
    let (one, session, _) = connect(&*bed.store, "one").await;
    let row = async || {
        let row = bed.store.connection(&one.id).await.unwrap().unwrap();
        let seen = bed.store.authorized(&session, &one.id).await;
        let seen = seen.unwrap().unwrap();
        assert_eq!(
            seen.generation, row.generation,
            "a cache shows what was settled"
        );
        assert_eq!(access_token(&seen), access_token(&row));
        (row.generation, access_token(&row).to_owned())
    };
    let second = |generation| (generation, "second-access".to_owned());
    assert_eq!(row().await, (0, "one-access".to_owned()));
    let held = lease(&*bed.store, &one.id, 0).await.unwrap();
    let refuse = "CREATE TRIGGER full BEFORE UPDATE ON connections \
                  BEGIN SELECT RAISE(ABORT, 'no'); END";
    sqlx::query(refuse).execute(&mut other).await.unwrap();
    let pair = grant("second");
    let settlement = Settlement::Pair {
        grant: &pair,
        issued_at: now(),
    };
    let failed = bed.store.settle_lease(held, settlement).await.unwrap_err();
    let allow = "DROP TRIGGER full";
    sqlx::query(allow).execute(&mut other).await.unwrap();
    let stored = bed.store.settle_lease(failed.lease, settlement).await;
    assert!(stored.unwrap());
    assert_eq!(row().await, second(1));

    // A settlement may have taken effect although it failed. It does so once.
    let held = lease(&*bed.store, &one.id, 1).await.unwrap();
    let lose = "CREATE TRIGGER lost AFTER UPDATE ON connections \
                BEGIN SELECT RAISE(FAIL, 'lost'); END";
    sqlx::query(lose).execute(&mut other).await.unwrap();
    let failed = bed.store.settle_lease(held, settlement).await.unwrap_err();
    assert_eq!(row().await, second(2));
    let again = bed.store.settle_lease(failed.lease, settlement).await;
    assert!(!again.unwrap());
}

#[tokio::test]
async fn a_failed_settlement_gives_the_lease_back_alone() {
    a_failed_settlement_gives_the_lease_back(false).await;
}

#[tokio::test]
async fn a_failed_settlement_gives_the_lease_back_behind_a_cache() {
    a_failed_settlement_gives_the_lease_back(true).await;
}
