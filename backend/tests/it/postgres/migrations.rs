//! Nodes that start on a new database at the same time, and on one of another version.

use futures_util::future::join_all;
use snyk_app::{
    config::database_url::DatabaseUrl,
    store::{
        database::MaintenanceDatabase as _,
        migrations::Version,
        postgres::{OpenError, PostgresDatabase, PostgresMaintenance},
    },
};
use sqlx::postgres::PgConnectOptions;
use test_postgres::Database;

fn options(server: &Database) -> PgConnectOptions {
    let DatabaseUrl::Postgres(url) = DatabaseUrl::parse(&server.url()).unwrap() else {
        panic!("it is a URL of PostgreSQL");
    };
    url.options().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_start_at_once_migrate_once() {
    let server = Database::create();
    let maintenance = PostgresMaintenance::open(options(&server)).await.unwrap();
    assert_eq!(maintenance.version().await.unwrap(), Version::Earlier);
    let nodes = (0..8).map(|_| {
        let options = options(&server);
        tokio::spawn(async move { PostgresDatabase::open(options, 2).await })
    });
    for node in join_all(nodes).await {
        node.unwrap().unwrap();
    }
    assert_eq!(maintenance.version().await.unwrap(), Version::Same);
    let applied = server.query("SELECT COUNT(*) = COUNT(DISTINCT version) FROM _sqlx_migrations");
    assert_eq!(applied, ["t"]);
}

#[tokio::test]
async fn a_database_of_a_later_version_is_refused_and_unchanged() {
    let server = Database::create();
    PostgresDatabase::open(options(&server), 2).await.unwrap();
    server.execute(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'later', TRUE, '', 0)",
    );
    let opened = PostgresDatabase::open(options(&server), 2).await;
    assert!(matches!(opened, Err(OpenError::OtherVersion(_))));
    let maintenance = PostgresMaintenance::open(options(&server)).await.unwrap();
    assert_eq!(maintenance.version().await.unwrap(), Version::Other);
}
