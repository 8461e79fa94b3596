//! Sweeps: what they remove, in batches, and that an expired lease protects nothing.

use std::time::Duration;

use domain::{
    connection::Connection,
    ids::{AttemptId, RevocationId},
};
use snyk_app::store::lease::Acquisition;

use crate::common::{bed::Bed, records::*};

/// Acquires the lease of a connection. If it is to be expired, its owner has not renewed it in time.
async fn hold_lease(bed: &Bed, connection: &Connection, is_expired: bool) {
    let lease = bed
        .store
        .acquire_lease(&connection.id, 0, Duration::from_mins(1))
        .await;
    assert!(matches!(lease.unwrap(), Acquisition::Free(_)));
    if is_expired {
        let expire = "UPDATE connections SET lease_ends_at = lease_ends_at - 61000 \
            WHERE lease IS NOT NULL";
        bed.database.execute(expire).await;
    }
}

async fn sweep_orphaned(bed: Bed, is_expired: bool) {
    let store = &*bed.store;
    let (one, _, token) = connect(store, "one").await;
    hold_lease(&bed, &one, is_expired).await;
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

async fn an_orphaned_connection_is_not_swept_while_its_lease_is_held(bed: Bed) {
    sweep_orphaned(bed, false).await;
}

async fn an_orphaned_connection_is_swept_when_its_lease_has_expired(bed: Bed) {
    sweep_orphaned(bed, true).await;
}

async fn many_orphaned_connections_are_swept(bed: Bed) {
    let store = &*bed.store;
    for number in 0..120 {
        let (.., token) = connect(store, &number.to_string()).await;
        store.end_session(&token).await.unwrap();
    }
    let (kept, ..) = connect(store, "kept").await;
    assert_eq!(store.sweep_orphaned(now(), at(-100)).await.unwrap(), 0);
    assert_eq!(store.sweep_orphaned(at(10), at(5)).await.unwrap(), 120);
    assert!(store.connection(&kept.id).await.unwrap().is_some());
    let due = store.due_revocations(at(20), 999).await.unwrap();
    assert_eq!(due.len(), 120);
}

async fn an_expired_lease_leaves_no_doubt_at_a_disconnect(bed: Bed) {
    for (name, is_expired) in [("one", false), ("two", true)] {
        let (connection, ..) = connect(&*bed.store, name).await;
        hold_lease(&bed, &connection, is_expired).await;
        let ended = bed
            .store
            .disconnect(&connection.id, &RevocationId::generate(), now())
            .await;
        assert_eq!(ended.unwrap().more_may_live, !is_expired);
    }
}

async fn an_expired_lease_delays_no_merge(bed: Bed) {
    let store = &*bed.store;
    for (name, is_expired) in [("one", false), ("two", true)] {
        let (known, ..) = connect(store, name).await;
        let (unknown, session, _) = connect_what(store, "x", account(None, &[], false)).await;
        hold_lease(&bed, &unknown, is_expired).await;
        let orgs = [org(name)];
        let subject = bot_of(&orgs);
        let account = account(subject.as_ref(), &orgs, true);
        let consent = unknown.consent();
        store.store_account(&consent, account, now()).await.unwrap();
        let found = store.authorized(&session, &known.id).await.unwrap();
        assert_eq!(found.is_some(), is_expired);
    }
}

async fn a_connection_that_is_used_again_is_not_swept(bed: Bed) {
    let store = &*bed.store;
    let (one, _, token) = connect(store, "one").await;
    store.end_session(&token).await.unwrap();
    store.sweep_orphaned(now(), at(-100)).await.unwrap();
    let (again, ..) = connect(store, "one").await;
    assert_eq!(again.id, one.id);
    assert_eq!(store.sweep_orphaned(at(10), at(5)).await.unwrap(), 0);
    // A mark that outlived its reason is removed as well.
    let outdate = "UPDATE connections SET unreached_since = 1";
    bed.database.execute(outdate).await;
    assert_eq!(store.sweep_orphaned(at(10), at(5)).await.unwrap(), 0);
    let (again, ..) = connect(store, "one").await;
    assert_eq!((&again.id, again.generation), (&one.id, 2));
}

/// Each batch is smaller than what has ended here.
async fn sweeps_remove_what_has_ended_and_keep_the_rest(bed: Bed) {
    let store = &*bed.store;
    let attempt = |number: u32| AttemptId::from_stored(format!("ended {number}"));
    let mut ended = Vec::new();
    for number in 0..130 {
        let (.., token) = connect(store, "one").await;
        ended.push(token);
        assert!(store.claim(&attempt(number), at(-9)).await.unwrap());
    }
    let outdate = "UPDATE sessions SET last_used_at = 1";
    bed.database.execute(outdate).await;
    let mut expired = Vec::new();
    for _ in 0..130 {
        let (_, session, token) = connect(store, "two").await;
        expired.push(token);
        store.touch_session(&session, at(9)).await.unwrap();
    }
    bed.database
        .execute("UPDATE sessions SET expires_at = 1 WHERE last_used_at > 1")
        .await;
    ended.extend(expired);
    let (.., kept) = connect(store, "one").await;
    let kept_attempt = AttemptId::from_stored("kept".to_owned());
    assert!(store.claim(&kept_attempt, at(1)).await.unwrap());

    store.sweep(now(), at(-60)).await.unwrap();
    assert!(store.session(&kept).await.unwrap().is_some());
    assert!(!store.claim(&kept_attempt, at(1)).await.unwrap());
    assert!(store.sessions(&ended).await.unwrap().is_empty());
    for number in 0..130 {
        assert!(store.claim(&attempt(number), at(-9)).await.unwrap());
    }
}

contract! {
    an_orphaned_connection_is_not_swept_while_its_lease_is_held
    an_orphaned_connection_is_swept_when_its_lease_has_expired
    many_orphaned_connections_are_swept
    an_expired_lease_leaves_no_doubt_at_a_disconnect
    an_expired_lease_delays_no_merge
    a_connection_that_is_used_again_is_not_swept
    sweeps_remove_what_has_ended_and_keep_the_rest
}
