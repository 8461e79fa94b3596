//! Opens the database that `DATABASE_URL` names.

use std::{error::Error, sync::Arc};

use domain::vault::Vault;

use crate::{
    config::database_url::DatabaseUrl,
    store::{
        Store,
        database::{CountRecords, Database},
        postgres::PostgresDatabase,
        repository::Repository,
        sqlite::SqliteDatabase,
    },
};

/// An open database, to be closed.
#[derive(Debug)]
pub(super) enum OpenDatabase {
    Sqlite(Arc<SqliteDatabase>),
    Postgres(Arc<PostgresDatabase>),
}

impl OpenDatabase {
    /// Returns what counts its rows and connections.
    pub(super) fn counted(&self) -> Arc<dyn CountRecords> {
        match self {
            Self::Sqlite(database) => Arc::clone(database) as _,
            Self::Postgres(database) => Arc::clone(database) as _,
        }
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite(database) => database.close().await,
            Self::Postgres(database) => database.close().await,
        }
    }
}

/// Opens a database, and the store in it. An error says what the operator can do.
pub(super) async fn open_store(
    url: &DatabaseUrl,
    vault: &Arc<Vault>,
) -> Result<(OpenDatabase, Arc<dyn Store>), Box<dyn Error>> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let database = Arc::new(SqliteDatabase::open(path).await?);
            let store = store_in(&database, vault).await?;
            Ok((OpenDatabase::Sqlite(database), store))
        }
        DatabaseUrl::Postgres(url) => {
            let database =
                PostgresDatabase::open(url.options().clone(), url.max_connections()).await?;
            let database = Arc::new(database);
            let store = store_in(&database, vault).await?;
            Ok((OpenDatabase::Postgres(database), store))
        }
    }
}

async fn store_in<D: Database>(
    database: &Arc<D>,
    vault: &Arc<Vault>,
) -> Result<Arc<dyn Store>, Box<dyn Error>> {
    let repository = Repository::open(Arc::clone(database), Arc::clone(vault)).await?;
    Ok(Arc::new(repository))
}
