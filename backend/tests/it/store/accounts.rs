//! The contract of accounts: what a read adds, replaces and merges.

use domain::{
    connection::{Connection, Consent, Grant},
    ids::{ConnectionId, SessionId},
};
use jiff::{SignedDuration, Timestamp};
use snyk_app::store::{Account, LastRefresh};

use crate::common::{bed::Bed, records::*};

async fn stores_accounts(bed: Bed) {
    let store = &*bed.store;
    let names = async |session: &SessionId, id: &ConnectionId| {
        let connection = store.authorized(session, id).await.unwrap().unwrap();
        let names: Vec<String> = connection.orgs.iter().map(|org| org.id.clone()).collect();
        (names.join(" "), connection.orgs_complete)
    };
    let put = async |connection: &Connection, account: Account<'_>| {
        let consent = connection.consent();
        let stored = store.store_account(&consent, account, now()).await;
        stored.unwrap().value
    };
    let due = async |at: Timestamp| {
        let due = store.due_accounts(at, 9).await.unwrap();
        due.into_iter()
            .map(|consent| consent.connection.to_string())
            .collect::<Vec<_>>()
    };
    let (a, b, c) = (org("a"), org("b"), org("c"));

    // An incomplete account is due at once, and what was read is kept when later attempts fail.
    let (one, session, _) =
        connect_what(store, "one", account(None, std::slice::from_ref(&a), false)).await;
    assert_eq!(names(&session, &one.id).await, ("a".to_owned(), false));
    let later = now() + SignedDuration::from_hours(2);
    assert_eq!(due(now()).await, [""; 0]);
    assert_eq!(due(later).await, [one.id.as_str()]);
    assert!(put(&one, account(None, std::slice::from_ref(&b), false)).await);
    assert_eq!(names(&session, &one.id).await, ("a b".to_owned(), false));

    // A complete list replaces the earlier one, and the subject is known.
    let all = [b.clone(), c.clone()];
    let subject = bot_of(&all);
    assert!(put(&one, account(subject.as_ref(), &all, true)).await);
    assert_eq!(names(&session, &one.id).await, ("b c".to_owned(), true));
    assert_eq!(due(later).await, [""; 0]);
    assert!(put(&one, account(None, &[], false)).await);
    assert_eq!(names(&session, &one.id).await, ("b c".to_owned(), true));
    assert_eq!(due(later).await, [one.id.as_str()]);
    assert!(put(&one, account(subject.as_ref(), &all, true)).await);

    // Refreshed since the last read, it is due again.
    let minute = now() + SignedDuration::from_mins(1);
    let renewed = store_grant(store, &one.id, 0, &grant("next"), minute).await;
    assert!(renewed.unwrap());
    assert_eq!(due(minute).await, [""; 0]);
    assert_eq!(due(later).await, [one.id.as_str()]);

    // A read for another consent, or of a disconnected connection, changes nothing.
    let none = account(subject.as_ref(), &[], true);
    for (connection, at) in [
        (one.id.clone(), now() - SignedDuration::from_secs(1)),
        (ConnectionId::presented("unknown"), now()),
    ] {
        let consent = Consent { connection, at };
        let stored = store.store_account(&consent, none, now()).await;
        assert!(!stored.unwrap().value);
    }
    assert_eq!(names(&session, &one.id).await, ("b c".to_owned(), true));

    // The subject of another connection: they are merged, with the pair of the later consent.
    let (two, other, _) = connect_what(store, "two", account(None, &[], false)).await;
    assert!(store.authorized(&other, &two.id).await.unwrap().is_some());
    assert!(put(&two, account(subject.as_ref(), &all, true)).await);
    for session in [&session, &other] {
        assert!(store.authorized(session, &two.id).await.unwrap().is_none());
        let merged = store.authorized(session, &one.id).await.unwrap().unwrap();
        assert_eq!(
            (merged.generation, access_token(&merged)),
            (2, "two-access")
        );
        assert!(merged.orgs_complete);
    }

    // While its pair is being replaced it is not merged, and it is read again.
    let (three, third, _) = connect_what(store, "three", account(None, &[], false)).await;
    let lease = lease(store, &three.id, 0).await;
    assert!(lease.is_some());
    assert!(put(&three, account(subject.as_ref(), &all, true)).await);
    assert_eq!(names(&third, &three.id).await, ("b c".to_owned(), true));
    assert_eq!(due(now()).await, [three.id.as_str()]);

    // One that comes to have the same subject without a consent stays, with an unknown subject.
    let (four, fourth, _) = connect(store, "four").await;
    assert!(put(&four, account(subject.as_ref(), &all, true)).await);
    assert_eq!(names(&fourth, &four.id).await, ("b c".to_owned(), true));
    let (again, ..) = connect(store, "four").await;
    assert_ne!(again.id, four.id);
}

/// They come in pages, those first that were not refreshed for the longest time.
async fn connections_come_in_the_order_of_their_last_refresh(bed: Bed) {
    let store = &*bed.store;
    let mut ids = Vec::new();
    for (name, seconds) in [
        ("new", 30),
        ("old", 10),
        ("also old", 10),
        ("lost", 20),
        ("gone", 5),
    ] {
        let (connection, ..) = connect(store, name).await;
        let expires_at = at(seconds + 100);
        let grant = Grant {
            refresh_expires_at: (name != "new").then_some(expires_at),
            ..grant_at(name, at(seconds))
        };
        let stored = store_grant(store, &connection.id, 0, &grant, at(seconds)).await;
        assert!(stored.unwrap());
        ids.push(connection.id);
    }
    let [new, old, also_old, lost, gone] = &ids[..] else {
        panic!("five connections");
    };
    let mark = format!("UPDATE connections SET unreached_since = 1 WHERE id = '{lost}'");
    bed.database.execute(&mark).await;
    assert!(mark_reconnect_needed(store, gone, 1).await.unwrap());
    let mut olds = [old, also_old];
    olds.sort_by_key(|id| id.as_str());
    for limit in 1..=5 {
        let mut found: Vec<LastRefresh> = Vec::new();
        loop {
            let page = store.by_last_refresh(found.last(), limit).await.unwrap();
            let is_last = page.len() < limit as usize;
            found.extend(page);
            if is_last {
                break;
            }
        }
        let order: Vec<_> = found.iter().map(|one| &one.id).collect();
        assert_eq!(order, [olds[0], olds[1], lost, new], "pages of {limit}");
        let newest = LastRefresh {
            id: new.clone(),
            generation: 1,
            refreshed_at: at(30),
            refresh_expires_at: None,
            is_reached: true,
        };
        assert_eq!(found[3], newest);
        assert_eq!(found[0].refresh_expires_at, Some(at(110)));
        assert!(!found[2].is_reached && found[1].is_reached);
    }
}

contract! {
    stores_accounts
    connections_come_in_the_order_of_their_last_refresh
}
