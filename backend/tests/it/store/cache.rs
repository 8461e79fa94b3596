//! The cache forgets what a write changed, and nothing else.

use domain::ids::{ConnectionId, SessionId};
use jiff::SignedDuration;
use snyk_app::store::{NewLogin, lease::Settlement};

use crate::common::{
    bed::{Bed, sqlite},
    records::*,
};

async fn the_login_of_somebody_else_costs_me_no_query(bed: Bed) {
    // Fixed ids: two random ones might share a stamp.
    let connect = async |name: &str| {
        let orgs = [org(name)];
        let subject = bot_of(&orgs);
        let account = account(subject.as_ref(), &orgs, true);
        let id = SessionId::from_stored(format!("session-{name}"));
        connect_in(&*bed.store, name, account, id).await
    };
    let (mine, session, token) = connect("one").await;
    let read = async || {
        assert!(bed.store.session(&token).await.unwrap().is_some());
        let authorized = bed.store.authorized(&session, &mine.id).await.unwrap();
        assert_eq!(access_token(&authorized.unwrap()), "one-access");
    };
    read().await;
    let (_, other, other_token) = connect("two").await;
    let later = now() + SignedDuration::from_hours(5);
    bed.store.touch_session(&other, later).await.unwrap();
    bed.store.end_session(&other_token).await.unwrap();
    // From here on every query fails.
    bed.database.close().await;
    read().await;
}

async fn a_failed_touch_forgets_only_its_own_session(bed: Bed) {
    let orgs = [org("one")];
    let account = account(None, &orgs, true);
    let [session, other] = ["a", "b"].map(|id| SessionId::from_stored(id.to_owned()));
    let (_, session, token) = connect_in(&*bed.store, "one", account, session).await;
    let (_, _, other_token) = connect_in(&*bed.store, "two", account, other).await;
    for token in [&token, &other_token] {
        assert!(bed.store.session(token).await.unwrap().is_some());
    }
    bed.database.close().await;
    assert!(bed.store.touch_session(&session, now()).await.is_err());
    assert!(bed.store.session(&token).await.is_err());
    assert!(bed.store.session(&other_token).await.unwrap().is_some());
}

async fn a_login_in_my_browser_shows_its_connection_at_once(bed: Bed) {
    let (one, earlier, token) = connect(&*bed.store, "one").await;
    assert!(bed.store.session(&token).await.unwrap().is_some());
    let found = bed.store.authorized(&earlier, &one.id).await.unwrap();
    assert!(found.is_some());

    let orgs = [org("two")];
    let subject = bot_of(&orgs);
    let next = session(SessionId::generate(), now());
    let (id, grant) = (ConnectionId::presented("two"), grant("two"));
    let account = account(subject.as_ref(), &orgs, true);
    let login = NewLogin {
        earlier_sessions: &[token],
        ..login(&id, account, &grant, &next, now())
    };
    bed.store.finish_login(login).await.unwrap();
    // The earlier session has ended, and the later one has both connections.
    assert!(bed.store.session(&token).await.unwrap().is_none());
    let found = bed.store.authorized(&earlier, &one.id).await.unwrap();
    assert!(found.is_none());
    for id in [&one.id, &id] {
        let found = bed.store.authorized(&next.id, id).await.unwrap();
        assert!(found.is_some(), "{id}");
    }
}

async fn a_cached_read_costs_no_query(bed: Bed) {
    let (connection, session, token) = connect(&*bed.store, "one").await;
    let lease = lease(&*bed.store, &connection.id, 0).await.unwrap();
    for asked_before in [true, false] {
        if !asked_before {
            // From here on every query fails.
            bed.database.close().await;
        }
        assert!(bed.store.session(&token).await.unwrap().is_some());
        let authorized = bed
            .store
            .authorized(&session, &connection.id)
            .await
            .unwrap();
        assert_eq!(access_token(&authorized.unwrap()), "one-access");
    }
    // Reads that are never cached: the owner of a lease gets the current state or an error.
    assert!(bed.store.connection(&connection.id).await.is_err());
    assert!(bed.store.connections_of(&session).await.is_err());
    // A failed write may have taken effect: nothing is cached after it.
    assert!(
        bed.store
            .settle_lease(lease, Settlement::ReconnectNeeded)
            .await
            .is_err()
    );
    assert!(
        bed.store
            .authorized(&session, &connection.id)
            .await
            .is_err()
    );
}

contract_of_the_cache! {
    the_login_of_somebody_else_costs_me_no_query
    a_failed_touch_forgets_only_its_own_session
    a_login_in_my_browser_shows_its_connection_at_once
    a_cached_read_costs_no_query
}

/// By whatever program, since SQLite counts all writes. On PostgreSQL nodes tell each other theirs.
#[tokio::test]
async fn writes_of_other_processes_are_noticed() {
    let bed = Bed::over(sqlite().await, true).await;
    let (_, session, token) = connect(&*bed.store, "one").await;
    let is_signed_in = async || bed.store.session(&token).await.unwrap().is_some();
    let detect = async || {
        let written = bed.store.detect_foreign_writes().await;
        !written.unwrap().is_empty()
    };
    detect().await;
    bed.store.touch_session(&session, now()).await.unwrap();
    assert!(!detect().await, "a write of this process");
    assert!(is_signed_in().await);
    bed.database.execute("DELETE FROM sessions").await;
    assert!(is_signed_in().await, "cached");
    assert!(detect().await);
    assert!(!is_signed_in().await);
    assert!(!detect().await, "noticed once");
}
