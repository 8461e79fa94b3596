//! The contract of compound changes that run at once: each is as if it ran before or after the
//! others.

use std::slice;

use domain::{
    connection::State,
    ids::{AttemptId, ConnectionId, RevocationId, SessionId},
    session::TokenHash,
};
use futures_util::future::join_all;
use snyk_app::store::NewLogin;

use crate::common::{bed::Bed, records::*};

const ROUNDS: u32 = 20;

async fn logins_of_one_subject_end_in_one_connection(bed: Bed) {
    let store = &*bed.store;
    let stored = join_all((0..ROUNDS).map(|_| connect(store, "one"))).await;
    let mut generations = Vec::new();
    let (last, ..) = stored.iter().max_by_key(|(c, ..)| c.generation).unwrap();
    for (connection, session, _) in &stored {
        assert_eq!(connection.id, last.id);
        generations.push(connection.generation);
        let found = store.authorized(session, &last.id).await.unwrap().unwrap();
        assert_eq!(found.generation, last.generation);
    }
    generations.sort_unstable();
    assert!(generations.into_iter().eq(0..u64::from(ROUNDS)));
}

async fn a_login_and_a_sign_out_end_in_no_session_that_was_named(bed: Bed) {
    let store = &*bed.store;
    let mut outcomes = Vec::new();
    for round in 0..ROUNDS {
        let (_, _, token) = connect(store, "one").await;
        let next = session(SessionId::generate(), now());
        let (id, grant) = (ConnectionId::from_stored(round.to_string()), grant("two"));
        let login = NewLogin {
            earlier_sessions: &[token],
            ..login(&id, account(None, &[], true), &grant, &next, now())
        };
        let sign_out = async |token: &TokenHash| store.end_session(token).await.unwrap();
        let (stored, signed_out) = if round % 2 == 0 {
            tokio::join!(store.finish_login(login), sign_out(&token))
        } else {
            let (signed_out, stored) = tokio::join!(sign_out(&token), store.finish_login(login));
            (stored, signed_out)
        };
        let is_stored = stored.unwrap().value.is_some();
        // The first of the two ended the earlier session.
        assert_eq!(signed_out.changes.is_empty(), is_stored);
        assert!(store.session(&token).await.unwrap().is_none());
        let found = store.session(&next.token_hash).await.unwrap();
        assert_eq!(found.is_some(), is_stored);
        assert_eq!(store.connection(&id).await.unwrap().is_some(), is_stored);
        outcomes.push(is_stored);
    }
    assert!(outcomes.contains(&true) && outcomes.contains(&false));
}

/// Each refresh token is in one place, or has been replaced by a later consent.
async fn a_disconnect_and_a_login_leave_each_token_in_one_place(bed: Bed) {
    let store = &*bed.store;
    for round in 0..ROUNDS {
        let (one, ..) = connect(store, "one").await;
        let id = RevocationId::generate();
        let orgs = [org("one")];
        let subject = bot_of(&orgs);
        let account = account(subject.as_ref(), &orgs, true);
        let (new_id, grant) = (ConnectionId::generate(), grant("again"));
        let session = session(SessionId::generate(), now());
        let login = login(&new_id, account, &grant, &session, now());
        let ended = if round % 2 == 0 {
            let disconnect = store.disconnect(&one.id, &id, now());
            tokio::join!(disconnect, finish(store, login)).0
        } else {
            let disconnect = store.disconnect(&one.id, &id, now());
            tokio::join!(finish(store, login), disconnect).1
        };
        let revoked = ended.unwrap().revocation.unwrap().token;
        let found = store.connection(&one.id).await.unwrap().unwrap();
        let expected = match found.state {
            State::Active(_) => {
                assert_eq!(access_token(&found), "again-access");
                "one-refresh"
            }
            _ => "again-refresh",
        };
        assert_eq!(revoked.secret(), expected);
        let due = store.due_revocations(now(), 9).await.unwrap();
        let due: Vec<_> = due.iter().map(|due| due.token.secret()).collect();
        assert_eq!(due, [expected]);
        store.complete_revocation(&id).await.unwrap();
    }
}

async fn accounts_with_one_subject_end_in_one_connection(bed: Bed) {
    let store = &*bed.store;
    let orgs = [org("one")];
    let subject = bot_of(&orgs);
    let known = account(subject.as_ref(), &orgs, true);
    let unknown = account(None, &[], false);
    let connected = join_all((0..ROUNDS).map(|_| connect_what(store, "x", unknown))).await;
    let reads = connected.iter().map(|(connection, ..)| async {
        let consent = connection.consent();
        let stored = store.store_account(&consent, known, now()).await;
        stored.unwrap().value
    });
    assert_eq!(join_all(reads).await, [true; ROUNDS as usize]);
    let mut left = Vec::new();
    for (connection, session, _) in &connected {
        let shown = store.connections_of(session).await.unwrap();
        let ids: Vec<_> = shown.into_iter().map(|shown| shown.id).collect();
        left.extend(ids.clone());
        let found = store.connection(&connection.id).await.unwrap();
        assert_eq!(found.is_some(), ids[0] == connection.id);
        assert_eq!(ids.len(), 1);
    }
    left.dedup();
    assert_eq!(left.len(), 1);
}

async fn sibling_logins_end_in_one_session(bed: Bed) {
    let store = &*bed.store;
    for round in 0..ROUNDS {
        let attempts = ["left", "right"];
        let attempts = attempts.map(|side| AttemptId::from_stored(format!("{side}-{round}")));
        for attempt in &attempts {
            assert!(store.claim(attempt, at(600)).await.unwrap());
        }
        let finish = async |own: usize| {
            let next = session(SessionId::generate(), now());
            let id = ConnectionId::from_stored(format!("{own}-{round}"));
            let grant = grant("one");
            let login = NewLogin {
                attempt_id: &attempts[own],
                sibling_attempts: slice::from_ref(&attempts[1 - own]),
                ..login(&id, account(None, &[], true), &grant, &next, now())
            };
            finish(store, login).await;
            assert!(store.is_login_stored(&attempts[own]).await.unwrap());
            (next, id)
        };
        let (left, right) = tokio::join!(finish(0), finish(1));
        let mut living = Vec::new();
        for (session, _) in [&left, &right] {
            if store.session(&session.token_hash).await.unwrap().is_some() {
                living.push(&session.id);
            }
        }
        let [last] = living[..] else {
            panic!("{} sessions in one browser in round {round}", living.len());
        };
        for (_, id) in [&left, &right] {
            assert!(store.authorized(last, id).await.unwrap().is_some());
        }
    }
    let unknown = AttemptId::from_stored("unknown".to_owned());
    assert!(!store.is_login_stored(&unknown).await.unwrap());
    assert!(store.claim(&unknown, at(600)).await.unwrap());
    assert!(!store.is_login_stored(&unknown).await.unwrap());
}

contract! {
    sibling_logins_end_in_one_session
    logins_of_one_subject_end_in_one_connection
    a_login_and_a_sign_out_end_in_no_session_that_was_named
    a_disconnect_and_a_login_leave_each_token_in_one_place
    accounts_with_one_subject_end_in_one_connection
}
