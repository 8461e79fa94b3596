//! The copy of all rows between SQLite and PostgreSQL.

use std::sync::Arc;

use domain::ids::{AttemptId, EventId, RevocationId};
use shared::api::admin::EventKind;
use snyk_app::{
    config::database_url::DatabaseUrl,
    store::{
        database::{AdminRecords as _, NewEvent},
        postgres::PostgresMaintenance,
        tables::{
            TABLES,
            copy::{Copied, CopyError, copy},
        },
    },
};
use sqlx::Row as _;
use test_postgres::Database;

use crate::common::{
    bed::{Bed, postgres, sqlite},
    records::*,
};

async fn maintenance(server: &Database) -> PostgresMaintenance {
    let DatabaseUrl::Postgres(url) = DatabaseUrl::parse(&server.url()).unwrap() else {
        panic!("it is a URL of PostgreSQL");
    };
    let opened = PostgresMaintenance::open(url.options().clone()).await;
    opened.unwrap()
}

/// A column that a later migration adds must not be forgotten.
#[tokio::test]
async fn each_column_is_copied_but_those_of_leases() {
    let (_database, server) = postgres().await;
    let (_file_database, file) = sqlite().await;
    for table in &TABLES {
        let name = table.name;
        let mut expected: Vec<_> = table.column_names().collect();
        if name == "connections" {
            expected.extend(["lease", "lease_ends_at"]);
        }
        expected.sort_unstable();
        let columns = format!(
            "SELECT column_name FROM information_schema.columns WHERE table_name = '{name}' \
             ORDER BY column_name COLLATE \"C\""
        );
        assert_eq!(server.server().query(&columns), expected, "{name}");
        let columns = "SELECT name FROM pragma_table_info($1) ORDER BY name";
        let columns = sqlx::query(columns).bind(name);
        let columns = columns.fetch_all(&mut file.connect().await).await.unwrap();
        let columns: Vec<String> = columns.iter().map(|row| row.get(0)).collect();
        assert_eq!(columns, expected, "{name}");
    }
}

#[tokio::test]
async fn a_copy_there_and_back_has_everything_and_may_be_repeated() {
    let (first, file) = sqlite().await;
    let bed = Bed::over((Arc::clone(&first), file), false).await;
    let (one, session, token) = connect(&*bed.store, "one").await;
    let (two, ..) = connect_what(&*bed.store, "two", account(None, &[], false)).await;
    let id = RevocationId::generate();
    bed.store.disconnect(&two.id, &id, now()).await.unwrap();
    let claimed = AttemptId::from_stored("claimed".to_owned());
    assert!(bed.store.claim(&claimed, at(60)).await.unwrap());
    let event = NewEvent {
        id: EventId::first_at(1),
        at: now(),
        kind: EventKind::Connected,
        detail: String::new(),
        connection: Some(one.id.clone()),
        request_id: None,
    };
    first.insert_events(&[event]).await.unwrap();

    let (database, server) = postgres().await;
    let server = Arc::new(server);
    let moved = Bed::over((database, Arc::clone(&server)), false).await;
    let target = maintenance(server.server()).await;
    let numbers = |copied: Vec<Copied>| -> Vec<_> {
        copied.iter().map(|one| (one.copied, one.present)).collect()
    };
    let copied = copy(&*first, &target).await.unwrap();
    assert_eq!(
        numbers(copied),
        [(2, 0), (2, 0), (1, 0), (1, 0), (1, 0), (0, 0), (1, 0)]
    );
    let copied = copy(&*first, &target).await.unwrap();
    assert_eq!(
        numbers(copied),
        [(0, 2), (0, 2), (0, 1), (0, 1), (0, 1), (0, 0), (0, 1)]
    );
    // As after an interruption.
    moved.database.execute("DELETE FROM sessions").await;
    let copied = copy(&*first, &target).await.unwrap();
    assert_eq!(
        numbers(copied),
        [(0, 2), (2, 0), (1, 0), (0, 1), (0, 1), (0, 0), (0, 1)]
    );

    assert!(moved.store.session(&token).await.unwrap().is_some());
    let found = moved.store.authorized(&session, &one.id).await.unwrap();
    assert_eq!(access_token(&found.unwrap()), "one-access");
    assert!(!moved.store.claim(&claimed, at(60)).await.unwrap());
    let due = moved.store.due_revocations(now(), 9).await.unwrap();
    assert_eq!(due[0].token.secret(), "two-refresh");

    let (back, back_file) = sqlite().await;
    copy(&target, &*back).await.unwrap();
    let back_bed = Bed::over((Arc::clone(&back), back_file), false).await;
    let found = back_bed.store.authorized(&session, &one.id).await.unwrap();
    assert_eq!(access_token(&found.unwrap()), "one-access");

    // What was changed since is not overwritten, and what is of others is not mixed in.
    let pair = grant("next");
    assert!(
        store_grant(&*moved.store, &one.id, 0, &pair, now())
            .await
            .unwrap()
    );
    let refused = copy(&*first, &target).await;
    assert!(
        matches!(refused, Err(CopyError::OtherData("connections"))),
        "{refused:?}"
    );
    let (other, other_file) = sqlite().await;
    let other_bed = Bed::over((Arc::clone(&other), other_file), false).await;
    connect(&*other_bed.store, "three").await;
    let refused = copy(&target, &*other).await;
    assert!(
        matches!(refused, Err(CopyError::OtherData("connections"))),
        "{refused:?}"
    );
}
