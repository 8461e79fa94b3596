//! The cache of a node forgets what another node changes.

use std::time::{Duration, Instant};

use domain::{
    ids::{RevocationId, SessionId},
    session::NewSession,
};
use snyk_app::store::{Change, ForeignWrites, NewLogin, Store, database::Database as _};
use test_postgres::Pooler;

use super::node;
use crate::common::{
    bed::{Bed, open_node, postgres},
    records::*,
};

fn new_session() -> NewSession {
    session(SessionId::generate(), now())
}

/// Returns what a node learns, once it has learned something.
async fn learned(node: &dyn Store) -> ForeignWrites {
    let began = Instant::now();
    loop {
        // It fails as long as the database is away.
        if let Ok(written) = node.detect_foreign_writes().await
            && !written.is_empty()
        {
            return written;
        }
        node.wait_for_foreign_write().await;
        assert!(began.elapsed() < Duration::from_secs(5), "nothing comes");
    }
}

#[tokio::test]
async fn a_node_learns_what_another_one_changed_and_nothing_else() {
    let (database, server) = postgres().await;
    let second = node(server.server()).await;
    let first = Bed::over((database, server), true).await;
    let (first, _database) = (first.store, first.database);
    for store in [&first, &second] {
        let written = store.detect_foreign_writes().await.unwrap();
        assert!(written.is_empty(), "the first time");
    }
    let (one, session, token) = connect(&*first, "one").await;
    assert_eq!(
        learned(&*second).await,
        ForeignWrites::These(vec![Change::Connection(one.id.clone())])
    );
    assert!(second.session(&token).await.unwrap().is_some());
    let read = async || {
        let found = second.authorized(&session, &one.id).await.unwrap();
        found.map(|found| (found.generation, access_token(&found).to_owned()))
    };
    assert_eq!(read().await, Some((0, "one-access".to_owned())));

    // A refresh of the first node.
    let settled = store_grant(&*first, &one.id, 0, &grant("next"), now()).await;
    assert!(settled.unwrap());
    assert_eq!(read().await, Some((0, "one-access".to_owned())), "cached");
    learned(&*second).await;
    assert_eq!(read().await, Some((1, "next-access".to_owned())));

    // A login that replaces the session, by the second node.
    let orgs = [org("one")];
    let subject = bot_of(&orgs);
    let next = new_session();
    let again = grant("again");
    let login = NewLogin {
        earlier_sessions: &[token],
        ..login(
            &one.id,
            account(subject.as_ref(), &orgs, true),
            &again,
            &next,
            now(),
        )
    };
    assert!(first.session(&token).await.unwrap().is_some());
    finish(&*second, login).await;
    let ForeignWrites::These(changes) = learned(&*first).await else {
        panic!("it is known what was changed");
    };
    assert_eq!(changes.len(), 2);
    assert!(changes.contains(&Change::Session(session.clone())));
    assert!(changes.contains(&Change::Connection(one.id.clone())));
    assert!(first.session(&token).await.unwrap().is_none());

    // A disconnect, and a sign-out.
    assert!(first.authorized(&next.id, &one.id).await.unwrap().is_some());
    let id = RevocationId::generate();
    second.disconnect(&one.id, &id, now()).await.unwrap();
    learned(&*first).await;
    assert!(first.authorized(&next.id, &one.id).await.unwrap().is_none());
    assert!(second.session(&next.token_hash).await.unwrap().is_some());
    first.end_session(&next.token_hash).await.unwrap();
    learned(&*second).await;
    assert!(second.session(&next.token_hash).await.unwrap().is_none());

    // A session that another one ends.
    let (_, kept, _) = connect(&*first, "two").await;
    let (two, ended, token) = connect(&*first, "two").await;
    learned(&*second).await;
    assert!(second.session(&token).await.unwrap().is_some());
    assert!(second.authorized(&ended, &two.id).await.unwrap().is_some());
    let done = first.end_session_sharing_with(&kept, &ended).await.unwrap();
    assert_eq!(done.changes, [Change::Session(ended.clone())]);
    assert_eq!(learned(&*second).await, ForeignWrites::These(done.changes));
    assert!(second.session(&token).await.unwrap().is_none());
    assert!(second.authorized(&ended, &two.id).await.unwrap().is_none());
    // And nothing of its own.
    let written = first.detect_foreign_writes().await.unwrap();
    assert!(written.is_empty(), "{written:?}");
}

/// A poll tells each change once: what fails beside it must not lose one.
#[tokio::test]
async fn a_node_that_cannot_write_learns_what_others_changed() {
    let (database, server) = postgres().await;
    // It has not shown yet that it runs, and tries to with each poll.
    let second = open_node(&server.server().url()).await;
    let first = Bed::over((database, server), false).await;
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
            $$ BEGIN RAISE 'nothing is written'; END $$; \
        CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON nodes FOR EACH ROW EXECUTE FUNCTION refuse()";
    first.database.execute(refuse).await;
    let written = second.detect_foreign_writes().await.unwrap();
    assert!(written.is_empty(), "the first time: {written:?}");
    let (one, ..) = connect(&*first.store, "one").await;
    assert_eq!(
        second.detect_foreign_writes().await.unwrap(),
        ForeignWrites::These(vec![Change::Connection(one.id)])
    );
}

/// A node that starts compares two connections. It must not wait for a second one of the pooler, while
/// it keeps the only one from everybody else.
#[tokio::test]
async fn a_pooler_with_one_connection_is_not_held_up() {
    let server = test_postgres::Database::create();
    let pooler = Pooler::with_connections(&server, 1);
    let node = open_node(&pooler.url(&server)).await;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) {
        node.ping().await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A wait without a notification takes 400 ms and more.
#[tokio::test]
async fn a_change_is_notified() {
    let (database, server) = postgres().await;
    let second = node(server.server()).await;
    let first = Bed::over((database, server), false).await;
    let wait = async || {
        let began = Instant::now();
        second.wait_for_foreign_write().await;
        began.elapsed()
    };
    let shortest_poll = Duration::from_millis(400);
    let mut waits = Vec::new();
    // The first ones may come before the node listens.
    for _ in 0..10 {
        let (.., token) = connect(&*first.store, "one").await;
        // Until all that was notified so far has arrived.
        while wait().await < shortest_poll {}
        let (waited, ended) = tokio::join!(wait(), first.store.end_session(&token));
        ended.unwrap();
        if waited < shortest_poll {
            return;
        }
        waits.push(waited);
    }
    panic!("only polls: {waits:?}");
}

#[tokio::test]
async fn a_database_that_was_away_may_have_lost_anything() {
    let (database, server) = postgres().await;
    let server_of = server.server().name.clone();
    let bed = Bed::over((database, server), true).await;
    let store = bed.store;
    store.detect_foreign_writes().await.unwrap();
    let (_, _, token) = connect(&*store, "one").await;
    assert!(store.session(&token).await.unwrap().is_some());
    // Nobody may connect for a while, and all connections end.
    let admin = test_postgres::Database::create();
    admin.execute(&format!(
        "ALTER DATABASE {server_of} WITH ALLOW_CONNECTIONS false"
    ));
    admin.execute(&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{server_of}'"
    ));
    while store.detect_foreign_writes().await.is_ok() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(store.ping().await.is_err());
    assert!(store.session(&token).await.unwrap().is_some(), "cached");
    admin.execute(&format!(
        "ALTER DATABASE {server_of} WITH ALLOW_CONNECTIONS true"
    ));
    assert_eq!(learned(&*store).await, ForeignWrites::Any);
    store.ping().await.unwrap();
    assert!(store.session(&token).await.unwrap().is_some());
}
