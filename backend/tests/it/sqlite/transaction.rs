//! Transactions of the adapter.

use std::{sync::Arc, time::Duration};

use domain::ids::ConnectionId;
use snyk_app::store::database::{
    ConnectionChanges as _, ConnectionRecords as _, Database as _, Transaction,
};

use crate::common::{
    bed::{Bed, sqlite},
    records::*,
};

/// Its connection is returned to the pool, so that the next write does not wait.
#[tokio::test]
async fn a_dropped_transaction_changes_nothing_and_holds_no_lock() {
    let (database, file) = sqlite().await;
    let bed = Bed::over((Arc::clone(&database), file), false).await;
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

#[tokio::test]
async fn a_second_transaction_waits_for_the_first_and_sees_what_it_did() {
    let (database, file) = sqlite().await;
    let bed = Bed::over((Arc::clone(&database), file), false).await;
    let (one, ..) = connect(&*bed.store, "one").await;
    let mut first = database.begin().await.unwrap();
    let second = tokio::spawn({
        let (database, id) = (Arc::clone(&database), one.id.clone());
        async move { is_active(&mut database.begin().await.unwrap(), &id).await }
    });
    assert!(is_active(&mut first, &one.id).await);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!second.is_finished());
    first.erase_tokens(&one.id).await.unwrap();
    first.commit(&[]).await.unwrap();
    assert!(!second.await.unwrap());
}

async fn is_active(tx: &mut impl Transaction, id: &ConnectionId) -> bool {
    let found = tx.refresh_token(id).await.unwrap();
    found.unwrap().token.is_some()
}
