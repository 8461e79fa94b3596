//! A database that an earlier build made is opened by this one.

use std::{sync::Arc, time::Duration};

use domain::{
    connection::{Connection, Identity, Subject},
    ids::{ConnectionId, SessionId},
    session::{SessionToken, TokenHash},
};
use jiff::SignedDuration;
use shared::api::connection::Context;
use snyk_app::store::{
    Account, ConnectionStore as _, RevocationStore as _, SessionStore as _, Store,
    cache::CachedStore,
    lease::{Acquisition, LeaseStore as _, Settlement},
    repository::Repository,
    sqlite::SqliteDatabase,
};
use sqlx::Connection as _;

use crate::common::{bed::vault, records::*};

#[tokio::test]
async fn a_database_of_an_earlier_build_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let fixture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/database/0001.db"
    );
    std::fs::copy(fixture, &path).unwrap();
    let database = Arc::new(SqliteDatabase::open(&path).await.unwrap());
    let repository = Repository::open(database, vault()).await.unwrap();
    let store = CachedStore::new(Arc::new(repository));

    // People stay signed in, and their tokens open.
    for (browser, id, token) in [
        ("a", "bot", "bot-again-access"),
        ("b", "person", "person-next-access"),
        ("c", "bot", "bot-again-access"),
        ("e", "lost", "reconnect needed"),
    ] {
        let cookie = SessionToken::presented(&browser.repeat(43)).unwrap();
        let session = store.session(&cookie.hash()).await.unwrap().unwrap();
        assert_eq!(session.id.as_str(), format!("session-{browser}"));
        let all = store.connections_of(&session.id).await.unwrap();
        assert_eq!(all.len(), 1, "{browser}");
        assert_eq!(all[0].id.as_str(), id);
        let connection = store.authorized(&session.id, &all[0].id).await;
        let connection = connection.unwrap().unwrap();
        assert_eq!(access_token(&connection), token);
    }
    let cookie = SessionToken::presented(&"d".repeat(43)).unwrap();
    let session = store.session(&cookie.hash()).await.unwrap().unwrap();
    assert!(store.connections_of(&session.id).await.unwrap().is_empty());

    // A connection refreshes, although its last owner died with the lease.
    let minute = now() + SignedDuration::from_mins(1);
    let lease = store
        .acquire_lease(
            &ConnectionId::presented("person"),
            1,
            Duration::from_mins(1),
        )
        .await;
    let Acquisition::Free(lease) = lease.unwrap() else {
        panic!("the start of the server clears the lease of the dead owner");
    };
    let pair = Settlement::Pair {
        grant: &grant("third"),
        issued_at: minute,
    };
    assert!(store.settle_lease(lease, pair).await.unwrap());

    // Pending revocations are due, and open.
    let due = store.due_revocations(now(), 9).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].id.as_str(), "revocation-of-gone");
    assert_eq!(due[0].token.secret(), "gone-refresh");
    let later = now() + SignedDuration::from_mins(5);
    let due = store.due_revocations(later, 9).await.unwrap();
    assert_eq!(due.len(), 2);
    assert_eq!((due[1].token.secret(), due[1].tries), ("alone-refresh", 1));

    // The same person connects again: it is the same connection.
    let (again, ..) = connect_as_person(&store).await;
    assert_eq!((again.id.as_str(), again.generation), ("person", 3));
}

async fn connect_as_person(store: &dyn Store) -> (Connection, SessionId, TokenHash) {
    let person = Identity {
        context: Some(Context::User),
        user: Some("ann".to_owned()),
    };
    let subject = Subject::identified("https://api.example", "client", &person, None);
    let orgs = [org("acme")];
    let account = Account {
        context: Some(Context::User),
        ..account(subject.as_ref(), &orgs, true)
    };
    connect_what(store, "again", account).await
}

#[tokio::test]
async fn what_an_earlier_version_stored_is_known_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let open = async || {
        let database = Arc::new(SqliteDatabase::open(&path).await.unwrap());
        let repository = Repository::open(Arc::clone(&database), vault()).await;
        (database, repository.unwrap())
    };
    let (database, store) = open().await;
    let (connection, ..) = connect(&store, "one").await;
    database.close().await;
    drop((database, store));
    let url = format!("sqlite://{}", path.display());
    let mut earlier = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("UPDATE connections SET subject = 'https://api.example client bot of one'")
        .execute(&mut earlier)
        .await
        .unwrap();
    earlier.close().await.unwrap();
    let (_database, store) = open().await;
    let (again, ..) = connect(&store, "one").await;
    assert_eq!((&again.id, again.generation), (&connection.id, 1));
}
