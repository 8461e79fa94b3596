//! Pending revocations.

use domain::{ids::RevocationId, vault::secret::RefreshToken};
use snyk_app::store::Revocation;

use crate::common::{bed::Bed, records::*};

fn id(text: &str) -> RevocationId {
    RevocationId::from_stored(text.to_owned())
}

async fn sec_42_what_may_not_be_revoked_is_reported(bed: Bed) {
    let store = &*bed.store;
    // A pair that is being refreshed may have a successor.
    let (one, ..) = connect(store, "one").await;
    assert!(lease(store, &one.id, 0).await.is_some());
    let ended = store.disconnect(&one.id, &id("r"), now()).await.unwrap();
    assert!(ended.revocation.is_some() && ended.more_may_live);
    // A token that cannot be opened cannot be revoked.
    let (two, ..) = connect(store, "two").await;
    let misplace = "UPDATE connections SET refresh_token = access_token";
    bed.database.execute(misplace).await;
    let ended = store.disconnect(&two.id, &id("s"), now()).await.unwrap();
    assert!(ended.revocation.is_none() && ended.more_may_live);
    // Tokens that were rejected need no revocation.
    let (three, ..) = connect(store, "three").await;
    assert!(mark_reconnect_needed(store, &three.id, 0).await.unwrap());
    let ended = store.disconnect(&three.id, &id("t"), now()).await.unwrap();
    assert!(ended.revocation.is_none() && !ended.more_may_live);
}

async fn sec_42_a_revocation_is_pending_for_its_connection_until_it_is_completed(bed: Bed) {
    let store = &*bed.store;
    let admin = store.administration();
    let (one, ..) = connect(store, "one").await;
    let (two, ..) = connect(store, "two").await;
    store.disconnect(&one.id, &id("r"), now()).await.unwrap();
    // A pair that came for a connection after its end.
    let pair = Revocation {
        id: id("s"),
        token: RefreshToken::new("pair".to_owned()),
        tries: 0,
    };
    let enqueued = store.enqueue_revocation(Some(&two.id), &pair, None, now());
    enqueued.await.unwrap();
    assert!(admin.has_pending_revocation(&two.id).await.unwrap());
    store.complete_revocation(&id("s")).await.unwrap();
    assert!(admin.has_pending_revocation(&one.id).await.unwrap());
    assert!(!admin.has_pending_revocation(&two.id).await.unwrap());
    store.postpone_revocation(&id("r"), at(20)).await.unwrap();
    assert!(admin.has_pending_revocation(&one.id).await.unwrap());
    store.complete_revocation(&id("r")).await.unwrap();
    assert!(!admin.has_pending_revocation(&one.id).await.unwrap());
}

async fn sec_42_a_postponed_revocation_waits_and_ends_with_its_token(bed: Bed) {
    let store = &*bed.store;
    let revocation = Revocation {
        id: id("r"),
        token: RefreshToken::new("dying".to_owned()),
        tries: 0,
    };
    store
        .enqueue_revocation(None, &revocation, Some(at(100)), now())
        .await
        .unwrap();
    assert_eq!(store.due_revocations(now(), 9).await.unwrap().len(), 1);
    store.postpone_revocation(&id("r"), at(20)).await.unwrap();
    assert!(store.due_revocations(at(19), 9).await.unwrap().is_empty());
    let due = store.due_revocations(at(20), 9).await.unwrap();
    assert_eq!((due[0].token.secret(), due[0].tries), ("dying", 1));
    assert!(
        store
            .remove_expired_revocations(at(100))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        store.remove_expired_revocations(at(101)).await.unwrap(),
        [id("r")]
    );
    assert!(store.due_revocations(at(200), 9).await.unwrap().is_empty());
}

async fn sec_42_revocations_come_the_longest_due_first_and_so_many_at_a_time(bed: Bed) {
    let store = &*bed.store;
    for (seconds, id) in [(0, "a"), (1, "b"), (2, "c")] {
        let revocation = Revocation {
            id: self::id(id),
            token: RefreshToken::new(id.to_owned()),
            tries: 0,
        };
        let noted = store
            .enqueue_revocation(None, &revocation, None, at(seconds))
            .await;
        noted.unwrap();
    }
    let due = async |limit| -> Vec<_> {
        let due = store.due_revocations(at(10), limit).await.unwrap();
        due.into_iter()
            .map(|revocation| revocation.id.to_string())
            .collect()
    };
    assert_eq!(due(2).await, ["a", "b"]);
    store.postpone_revocation(&id("a"), at(5)).await.unwrap();
    assert_eq!(due(2).await, ["b", "c"]);
    assert_eq!(due(9).await, ["b", "c", "a"]);
}

contract! {
    sec_42_what_may_not_be_revoked_is_reported
    sec_42_a_revocation_is_pending_for_its_connection_until_it_is_completed
    sec_42_a_postponed_revocation_waits_and_ends_with_its_token
    sec_42_revocations_come_the_longest_due_first_and_so_many_at_a_time
}
