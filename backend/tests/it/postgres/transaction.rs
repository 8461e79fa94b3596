//! Transactions of the adapter.

use std::{sync::Arc, time::Duration};

use domain::ids::ConnectionId;
use snyk_app::store::{
    StoreError,
    database::{
        ConnectionChanges as _, ConnectionRecords as _, Database as _, LeaseRecords as _,
        Transaction,
    },
    lease::Acquisition,
};

use crate::common::{
    bed::{Bed, postgres},
    records::*,
};

#[tokio::test]
async fn a_dropped_transaction_changes_nothing_and_holds_no_lock() {
    let (database, server) = postgres().await;
    let bed = Bed::over((Arc::clone(&database), server), false).await;
    let (one, session, _) = connect(&*bed.store, "one").await;
    for is_committed in [false, true] {
        let mut tx = database.begin().await.unwrap();
        tx.erase_tokens(&one.id).await.unwrap();
        tx.remove_authorizations(&one.id).await.unwrap();
        // The transaction sees its own changes, and nobody else does before the commit.
        assert!(tx.sessions_of(&one.id).await.unwrap().is_empty());
        let outside = database.authorized(&session, &one.id).await.unwrap();
        assert!(outside.is_some());
        if is_committed {
            tx.commit(&[]).await.unwrap();
        } else {
            drop(tx);
        }
        let found = bed.store.connection(&one.id).await.unwrap().unwrap();
        let expected = if is_committed {
            "disconnected"
        } else {
            "one-access"
        };
        assert_eq!(access_token(&found), expected);
        let authorized = database.authorized(&session, &one.id).await.unwrap();
        assert_eq!(authorized.is_none(), is_committed);
    }
}

/// Whatever a transaction has read stays so until it commits.
#[tokio::test]
async fn who_wants_a_row_that_a_transaction_has_read_waits_and_sees_what_it_did() {
    let (database, server) = postgres().await;
    let bed = Bed::over((Arc::clone(&database), server), false).await;
    let (one, ..) = connect(&*bed.store, "one").await;
    let mut first = database.begin().await.unwrap();
    assert!(is_active(&mut first, &one.id).await);
    let second = tokio::spawn({
        let (database, id) = (Arc::clone(&database), one.id.clone());
        async move { is_active(&mut database.begin().await.unwrap(), &id).await }
    });
    let lease = tokio::spawn({
        let (database, id) = (Arc::clone(&database), one.id.clone());
        async move { database.acquire_lease(&id, 0, Duration::from_mins(1)).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!second.is_finished() && !lease.is_finished());
    first.erase_tokens(&one.id).await.unwrap();
    first.commit(&[]).await.unwrap();
    assert!(!second.await.unwrap());
    assert!(matches!(
        lease.await.unwrap().unwrap(),
        Acquisition::Superseded
    ));
}

/// A transaction that its node leaves open, for it is paused, ends by itself.
#[tokio::test]
async fn a_lock_is_not_waited_for_without_end_and_its_owner_is_ended() {
    let (database, server) = postgres().await;
    let bed = Bed::over((Arc::clone(&database), server), false).await;
    let (one, ..) = connect(&*bed.store, "one").await;
    let mut paused = database.begin().await.unwrap();
    assert!(is_active(&mut paused, &one.id).await);
    let mut second = database.begin().await.unwrap();
    let waited = second.refresh_token(&one.id).await;
    assert!(matches!(waited, Err(StoreError::TooSlow)), "{waited:?}");
    drop(second);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let acquired = database
        .acquire_lease(&one.id, 0, Duration::from_mins(1))
        .await;
    assert!(matches!(acquired.unwrap(), Acquisition::Free(_)));
    paused.erase_tokens(&one.id).await.unwrap_err();
}

async fn is_active(tx: &mut impl Transaction, id: &ConnectionId) -> bool {
    let found = tx.refresh_token(id).await.unwrap();
    found.unwrap().token.is_some()
}
