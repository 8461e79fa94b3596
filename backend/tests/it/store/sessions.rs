//! The contract of the sessions that share a connection.

use domain::{
    ids::{RevocationId, SessionId},
    session::BrowserName,
};
use snyk_app::store::{Live, NewLogin};

use crate::common::{bed::Bed, records::*};

/// Seconds of the lifetime of each session here.
const DAY: i64 = 24 * 60 * 60;

impl Bed {
    /// Returns the ids of the listed sessions.
    async fn listed(&self, session: &SessionId, live: Live) -> Vec<SessionId> {
        let listed = self.store.sessions_sharing_with(session, live).await;
        listed.unwrap().into_iter().map(|one| one.id).collect()
    }

    /// Ends one session on behalf of another one.
    async fn end(&self, by: &SessionId, other: &SessionId) -> bool {
        let ended = self.store.end_session_sharing_with(by, other).await;
        ended.unwrap().value
    }
}

async fn lists_the_sessions_of_the_same_connections(bed: Bed) {
    let store = &*bed.store;
    let (_, a, _) = connect(store, "one").await;
    let (_, b, token) = connect(store, "one").await;
    let (_, c, _) = connect(store, "one").await;
    let (_, stranger, _) = connect(store, "two").await;
    store.touch_session(&b, at(7)).await.unwrap();
    store.touch_session(&c, at(60)).await.unwrap();
    let ids = |ids: &[&SessionId]| ids.iter().map(|id| (*id).clone()).collect::<Vec<_>>();

    // Its own first, then by last use.
    assert_eq!(bed.listed(&a, live(9)).await, ids(&[&a, &c, &b]));
    assert_eq!(bed.listed(&b, live(9)).await, ids(&[&b, &c, &a]));
    assert_eq!(bed.listed(&a, live(2)).await, ids(&[&a, &c]));
    assert_eq!(bed.listed(&stranger, live(9)).await, ids(&[&stranger]));

    // Through a session with two connections, each of them sees that one, and not each other.
    let orgs = [org("two")];
    let subject = bot_of(&orgs);
    let both = session(SessionId::generate(), now());
    let id = domain::ids::ConnectionId::generate();
    let grant = grant("two");
    let login = NewLogin {
        earlier_sessions: &[token],
        ..login(
            &id,
            account(subject.as_ref(), &orgs, true),
            &grant,
            &both,
            now(),
        )
    };
    finish(store, login).await;
    let both = both.id;
    store.touch_session(&both, at(9)).await.unwrap();
    assert_eq!(bed.listed(&both, live(9)).await[..2], ids(&[&both, &c]));
    assert_eq!(bed.listed(&both, live(9)).await.len(), 4, "each once");
    assert_eq!(bed.listed(&a, live(9)).await, ids(&[&a, &c, &both]));
    assert_eq!(
        bed.listed(&stranger, live(9)).await,
        ids(&[&stranger, &both])
    );

    // Without a connection in common, nothing is.
    let (one, ..) = connect(store, "one").await;
    let revocation = RevocationId::generate();
    store.disconnect(&one.id, &revocation, now()).await.unwrap();
    assert_eq!(bed.listed(&a, live(9)).await, ids(&[&a]));
    assert_eq!(bed.listed(&both, live(9)).await.len(), 2);
    assert!(
        bed.listed(&SessionId::presented("unknown"), live(9))
            .await
            .is_empty()
    );
}

async fn a_listed_session_has_its_browser_and_times(bed: Bed) {
    let store = &*bed.store;
    let (_, id, _) = connect(store, "one").await;
    store.touch_session(&id, at(5)).await.unwrap();
    let read = async || {
        let listed = store.sessions_sharing_with(&id, live(9)).await;
        listed.unwrap().remove(0)
    };
    let found = read().await;
    assert_eq!(found.browser, BrowserName::from_stored("Firefox on Linux"));
    assert_eq!(
        [found.signed_in_at, found.last_used_at, found.expires_at],
        [now(), at(5), at(24 * 60 * 60)]
    );
    // An earlier version stored the header.
    for (stored, name) in [
        (
            "Mozilla/5.0 (iPhone; like Mac OS X) Version/18.5 Safari/604.1",
            "Safari on iPhone",
        ),
        ("", "Browser not recognized"),
    ] {
        let sql = format!("UPDATE sessions SET browser = '{stored}'");
        bed.database.execute(&sql).await;
        assert_eq!(read().await.browser.to_string(), name);
    }
}

/// Sessions that have ended are not listed before a sweep removes them, but a session always finds itself.
async fn sessions_that_are_over_are_not_listed(bed: Bed) {
    let store = &*bed.store;
    let (_, a, _) = connect(store, "one").await;
    let (_, b, _) = connect(store, "one").await;
    let count = async |session, now, unused_since| {
        let live = Live {
            now: at(now),
            unused_since: at(unused_since),
            limit: 9,
        };
        bed.listed(session, live).await.len()
    };
    store.touch_session(&b, at(50)).await.unwrap();
    assert_eq!(count(&a, DAY - 1, 49).await, 2);
    assert_eq!(count(&a, DAY, 49).await, 1, "at the end of its lifetime");
    assert_eq!(count(&a, DAY - 1, 50).await, 1, "unused");
    assert_eq!(count(&b, DAY - 1, 49).await, 1, "the other one is unused");
}

/// Nothing that was read before comes from a cache afterwards, and the connection stays.
async fn sec_30_ends_a_session_of_the_same_connection_and_no_other(bed: Bed) {
    let store = &*bed.store;
    let (one, a, token_of_a) = connect(store, "one").await;
    let (_, b, token_of_b) = connect(store, "one").await;
    let (two, stranger, token_of_stranger) = connect(store, "two").await;
    let reads = async || {
        let mut found = Vec::new();
        for (token, session, connection) in [
            (&token_of_a, &a, &one.id),
            (&token_of_b, &b, &one.id),
            (&token_of_stranger, &stranger, &two.id),
        ] {
            let authorized = store.authorized(session, connection).await.unwrap();
            let session = store.session(token).await.unwrap();
            assert_eq!(session.is_some(), authorized.is_some());
            found.push(session.is_some());
        }
        found
    };
    assert_eq!(reads().await, [true; 3]);
    assert!(!bed.end(&a, &stranger).await, "foreign");
    assert!(!bed.end(&stranger, &a).await);
    assert!(!bed.end(&a, &SessionId::presented("unknown")).await);
    assert!(!bed.end(&SessionId::presented("unknown"), &a).await);
    assert_eq!(reads().await, [true; 3]);

    assert!(bed.end(&a, &b).await);
    assert_eq!(reads().await, [true, false, true]);
    assert!(!bed.end(&a, &b).await, "it has ended already");
    assert!(!bed.end(&b, &a).await, "a session that has ended ends none");
    assert_eq!(bed.listed(&a, live(9)).await, std::slice::from_ref(&a));
    assert_eq!(reads().await, [true, false, true]);

    // After a disconnect, nothing is shared.
    let (_, c, _) = connect(store, "one").await;
    let revocation = RevocationId::generate();
    store.disconnect(&one.id, &revocation, now()).await.unwrap();
    assert!(!bed.end(&a, &c).await);
}

contract! {
    lists_the_sessions_of_the_same_connections
    a_listed_session_has_its_browser_and_times
    sessions_that_are_over_are_not_listed
    sec_30_ends_a_session_of_the_same_connection_and_no_other
}
