//! Tests of PostgreSQL alone: several nodes on one database, its migrations, and the plans of its
//! queries.

mod counts;
mod feed;
mod migrations;
mod plans;
mod shared_work;
mod tables;
mod transaction;

use std::sync::Arc;

use snyk_app::store::{Store, cache::CachedStore, repository::Repository};
use test_postgres::Database;

use crate::common::bed::{open_node, vault};

/// Returns the store of another node on a database, with a cache.
async fn node(server: &Database) -> Arc<dyn Store> {
    let database = Arc::new(open_node(&server.url()).await);
    let repository = Repository::open(database, vault()).await.unwrap();
    Arc::new(CachedStore::new(Arc::new(repository)))
}
