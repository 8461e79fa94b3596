//! Stores to test, over each database that has an adapter.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use domain::vault::Vault;
use secrecy::SecretString;
use snyk_app::{
    config::database_url::DatabaseUrl,
    store::{
        Store,
        cache::CachedStore,
        database::Database,
        postgres::PostgresDatabase,
        repository::{Repository, sealer::Sealer},
        sqlite::SqliteDatabase,
    },
};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use test_postgres::Pooler;

/// Runs each part of a contract on every database, on the store itself and on one with a cache in
/// front of it. **To add a database, add a line here**, with a function that returns an empty one.
macro_rules! contract {
    ($($part:ident)*) => {
        on_database! { sqlite, $crate::common::bed::sqlite, $($part)* }
        on_database! { postgres, $crate::common::bed::postgres, $($part)* }
        on_database! { pgbouncer, $crate::common::bed::pgbouncer, $($part)* }
    };
}

/// Does the same, with a cache only.
macro_rules! contract_of_the_cache {
    ($($part:ident)*) => {
        cached_on_database! { sqlite, $crate::common::bed::sqlite, $($part)* }
        cached_on_database! { postgres, $crate::common::bed::postgres, $($part)* }
    };
}

macro_rules! cached_on_database {
    ($name:ident, $open:path, $($part:ident)*) => {
        mod $name {
            $(#[tokio::test]
            async fn $part() {
                let bed = $crate::common::bed::Bed::over($open().await, true).await;
                super::$part(bed).await;
            })*
        }
    };
}

macro_rules! on_database {
    ($name:ident, $open:path, $($part:ident)*) => {
        mod $name {
            $(mod $part {
                #[tokio::test]
                async fn alone() {
                    let bed = $crate::common::bed::Bed::over($open().await, false).await;
                    super::super::$part(bed).await;
                }

                #[tokio::test]
                async fn behind_a_cache() {
                    let bed = $crate::common::bed::Bed::over($open().await, true).await;
                    super::super::$part(bed).await;
                }
            })*
        }
    };
}

/// A store, and its database, which a test can change as another program would.
pub(crate) struct Bed {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) database: Arc<dyn Raw>,
}

/// Access to a database past its adapter.
#[async_trait]
pub(crate) trait Raw: Send + Sync {
    /// Runs a statement of SQL that all databases understand.
    async fn execute(&self, sql: &str);

    /// Closes the connections of the adapter: every query fails from then on.
    async fn close(&self);
}

impl Bed {
    /// Returns a store over an empty database.
    pub(crate) async fn over<D: Database, R: Raw + 'static>(
        (database, raw): (Arc<D>, R),
        is_cached: bool,
    ) -> Self {
        let repository = Arc::new(Repository::open(database, vault()).await.unwrap());
        let store: Arc<dyn Store> = if is_cached {
            Arc::new(CachedStore::new(repository))
        } else {
            repository
        };
        Self {
            store,
            database: Arc::new(raw),
        }
    }
}

/// Returns the vault of every store here.
pub(crate) fn vault() -> Arc<Vault> {
    let secret = SecretString::from("0123456789abcdef0123456789abcdef");
    Arc::new(Vault::new(&secret, &[]))
}

/// Returns a sealer with the key of every store here.
pub(crate) fn sealer() -> Sealer {
    Sealer::new(vault())
}

/// A SQLite file in a folder of its own.
pub(crate) struct SqliteFile {
    database: Arc<SqliteDatabase>,
    folder: tempfile::TempDir,
}

/// Returns an empty SQLite file.
pub(crate) async fn sqlite() -> (Arc<SqliteDatabase>, SqliteFile) {
    let folder = tempfile::tempdir().unwrap();
    let database = SqliteDatabase::open(&folder.path().join("app.db")).await;
    let database = Arc::new(database.unwrap());
    let file = SqliteFile {
        database: Arc::clone(&database),
        folder,
    };
    (database, file)
}

/// A PostgreSQL database of its own.
pub(crate) struct PostgresServer {
    database: Arc<PostgresDatabase>,
    // Before the database, which is dropped after it.
    _pooler: Option<Pooler>,
    server: test_postgres::Database,
}

/// Returns an empty PostgreSQL database.
pub(crate) async fn postgres() -> (Arc<PostgresDatabase>, PostgresServer) {
    let server = test_postgres::Database::create();
    let database = Arc::new(open_node(&server.url()).await);
    let server = PostgresServer {
        database: Arc::clone(&database),
        server,
        _pooler: None,
    };
    (database, server)
}

/// Returns an empty PostgreSQL database behind PgBouncer, which gives each transaction another
/// connection.
pub(crate) async fn pgbouncer() -> (Arc<PostgresDatabase>, PostgresServer) {
    let server = test_postgres::Database::create();
    let pooler = Pooler::start(&server);
    let database = Arc::new(open_node(&pooler.url(&server)).await);
    let server = PostgresServer {
        database: Arc::clone(&database),
        server,
        _pooler: Some(pooler),
    };
    (database, server)
}

/// Opens a PostgreSQL database as a node does.
pub(crate) async fn open_node(url: &str) -> PostgresDatabase {
    let DatabaseUrl::Postgres(url) = DatabaseUrl::parse(url).unwrap() else {
        panic!("it is a URL of PostgreSQL");
    };
    let opened = PostgresDatabase::open(url.options().clone(), url.max_connections()).await;
    opened.unwrap()
}

impl PostgresServer {
    /// Returns the database, as another program sees it.
    pub(crate) const fn server(&self) -> &test_postgres::Database {
        &self.server
    }
}

#[async_trait]
impl Raw for PostgresServer {
    async fn execute(&self, sql: &str) {
        self.server.execute(sql);
    }

    async fn close(&self) {
        self.database.close().await;
    }
}

impl SqliteFile {
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("app.db")
    }

    /// Opens a connection of its own, as another program would.
    pub(crate) async fn connect(&self) -> SqliteConnection {
        let url = format!("sqlite://{}", self.path().display());
        SqliteConnection::connect(&url).await.unwrap()
    }
}

#[async_trait]
impl<R: Raw> Raw for Arc<R> {
    async fn execute(&self, sql: &str) {
        R::execute(self, sql).await;
    }

    async fn close(&self) {
        R::close(self).await;
    }
}

#[async_trait]
impl Raw for SqliteFile {
    async fn execute(&self, sql: &str) {
        let mut file = self.connect().await;
        let done = sqlx::query(AssertSqlSafe(sql.to_owned()))
            .execute(&mut file)
            .await;
        done.unwrap();
        file.close().await.unwrap();
    }

    async fn close(&self) {
        self.database.close().await;
    }
}
