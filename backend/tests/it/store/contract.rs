//! The contract of connections and sessions.

use std::time::Instant;

use domain::ids::{AttemptId, ConnectionId, RevocationId, SessionId};
use jiff::SignedDuration;

use crate::common::{
    bed::{Bed, sealer},
    records::*,
};

async fn keeps_records(bed: Bed) {
    let store = &*bed.store;
    let (one, session, token) = connect(store, "one").await;
    let (two, other_session, _) = connect(store, "two").await;
    let authorized =
        async |session: &SessionId, id: &ConnectionId| store.authorized(session, id).await.unwrap();

    // Read twice, so that the second read can come from a cache.
    for _ in 0..2 {
        assert_eq!(store.session(&token).await.unwrap().unwrap().id, session);
        let connection = authorized(&session, &one.id).await.unwrap();
        assert_eq!(access_token(&connection), "one-access");
        assert!(
            authorized(&session, &two.id).await.is_none(),
            "a connection of another session"
        );
        assert!(authorized(&other_session, &one.id).await.is_none());
        assert!(
            authorized(&session, &ConnectionId::presented("unknown"))
                .await
                .is_none()
        );
    }

    // A new pair is visible at once, and only if its generation is the next one.
    let stored = store_grant(store, &one.id, 0, &grant("next"), now()).await;
    assert!(stored.unwrap());
    let connection = authorized(&session, &one.id).await.unwrap();
    assert_eq!(
        (connection.generation, access_token(&connection)),
        (1, "next-access")
    );
    let late = store_grant(store, &one.id, 0, &grant("late"), now()).await;
    assert!(!late.unwrap());
    let connection = authorized(&session, &one.id).await.unwrap();
    assert_eq!(access_token(&connection), "next-access");

    // A use is recorded.
    let later = now() + SignedDuration::from_hours(5);
    store.touch_session(&session, later).await.unwrap();
    let used = store.session(&token).await.unwrap().unwrap();
    assert_eq!(used.last_used_at, later);

    // The same subject connected in another browser: both sessions get the later pair.
    let (again, third_session, _) = connect(store, "one").await;
    assert_eq!((&again.id, again.generation), (&one.id, 2));
    for session in [&session, &third_session] {
        let connection = authorized(session, &one.id).await.unwrap();
        assert_eq!(access_token(&connection), "one-access");
    }

    // Rejected tokens are erased at once.
    assert!(mark_reconnect_needed(store, &one.id, 2).await.unwrap());
    let connection = authorized(&session, &one.id).await.unwrap();
    assert_eq!(access_token(&connection), "reconnect needed");

    // A session that has ended has no connections and cannot be found.
    store.end_session(&token).await.unwrap();
    assert!(store.session(&token).await.unwrap().is_none());
    assert!(authorized(&session, &one.id).await.is_none());
    assert!(authorized(&third_session, &one.id).await.is_some());

    // No session is authorized for a disconnected connection.
    let two_before = authorized(&other_session, &two.id).await.unwrap();
    assert_eq!(access_token(&two_before), "two-access");
    let revocation = store
        .disconnect(&two.id, &RevocationId::generate(), now())
        .await;
    assert!(revocation.unwrap().revocation.is_some());
    assert!(authorized(&other_session, &two.id).await.is_none());
}

async fn sec_46_a_row_that_does_not_open_is_alone_in_it(bed: Bed) {
    let store = &*bed.store;
    let (one, session, _) = connect(store, "one").await;
    let (two, other_session, _) = connect(store, "two").await;
    // Move the token of one row into the other.
    let move_token = format!(
        "UPDATE connections SET access_token = \
             (SELECT access_token FROM connections WHERE id = '{}') WHERE id = '{}'",
        two.id, one.id
    );
    bed.database.execute(&move_token).await;

    let mut all = store.connections_of(&session).await.unwrap();
    let opened = sealer().open(all.remove(0));
    assert_eq!(access_token(&opened), "reconnect needed");
    let authorized = store.authorized(&session, &one.id).await.unwrap().unwrap();
    assert_eq!(access_token(&authorized), "reconnect needed");
    let authorized = store.authorized(&other_session, &two.id).await.unwrap();
    assert_eq!(access_token(&authorized.unwrap()), "two-access");
    // It can be disconnected, and it can be reconnected.
    let (again, ..) = connect(store, "one").await;
    assert_eq!((&again.id, access_token(&again)), (&one.id, "one-access"));
    let ended = store
        .disconnect(&one.id, &RevocationId::generate(), now())
        .await
        .unwrap();
    assert!(!ended.more_may_live);
    assert_eq!(store.due_revocations(now(), 9).await.unwrap().len(), 1);
}

/// A caller may be cancelled at any moment of a compound change. A commit that has begun by then may
/// still take effect.
async fn a_cancelled_login_is_stored_whole_or_not_at_all(bed: Bed) {
    let mut outcomes = [false; 2];
    let began = Instant::now();
    connect(&*bed.store, "zero").await;
    let step = began.elapsed() / 100;
    for round in 0..200_u32 {
        let orgs = [org("one")];
        let session = session(SessionId::generate(), now());
        let id = ConnectionId::from_stored(format!("c{round}"));
        let grant = grant("one");
        let login = login(&id, account(None, &orgs, true), &grant, &session, now());
        let patience = step * round;
        let finished = tokio::time::timeout(patience, bed.store.finish_login(login)).await;
        // On a database with one writer, the login in flight ends before this write begins.
        let attempt = AttemptId::from_stored(format!("a{round}"));
        assert!(bed.store.claim(&attempt, now()).await.unwrap());
        let read = async || {
            let connection = bed.store.connection(&id).await.unwrap();
            let signed_in = bed.store.session(&session.token_hash).await.unwrap();
            let authorized = bed.store.authorized(&session.id, &id).await.unwrap();
            [
                connection.is_some(),
                signed_in.is_some(),
                authorized.is_some(),
            ]
        };
        // On others it may end between two of these reads, but only once.
        let mut found = read().await;
        loop {
            let again = read().await;
            if again == found {
                break;
            }
            found = again;
        }
        let is_stored = found[0];
        assert_eq!(found, [is_stored; 3], "{round}");
        assert!(is_stored || finished.is_err(), "{round}");
        outcomes[usize::from(is_stored)] = true;
    }
    assert_eq!(outcomes, [true; 2], "both were tried");
}

contract! {
    keeps_records
    sec_46_a_row_that_does_not_open_is_alone_in_it
    a_cancelled_login_is_stored_whole_or_not_at_all
}
