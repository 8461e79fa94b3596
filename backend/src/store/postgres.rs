//! The adapter for PostgreSQL, which any number of nodes share.
//!
//! Its SQL is portable: no advisory locks, no state of a session, no transaction that is open over a
//! network call to anything else. So it runs behind a pooler that gives each transaction another
//! connection (PgBouncer in transaction mode), and on distributed databases that speak PostgreSQL's
//! language. Everything runs in a transaction, since the driver sends a statement in two parts, which
//! such a pooler would otherwise hand to two connections.
//!
//! Compound changes lock each row that they read (`FOR UPDATE`), at the isolation level *read
//! committed*. So they decide about its latest version, and nobody changes it before they commit. The
//! lock on a session or a connection includes its authorizations: whoever inserts one locks both rows,
//! as its foreign keys require, and waits. What cannot be locked is a row that does not exist: two
//! insertions of one subject violate its unique constraint. Then one of them is a
//! [`StoreError::Conflict`], and so is one of two that wait for each other.

/// The database's clock, in milliseconds. It advances within a transaction, which may have waited for
/// a lock.
macro_rules! now {
    () => {
        "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
    };
}

mod admin;
mod connections;
mod counts;
mod failover;
mod feed;
mod leases;
mod maintenance;
mod migrations;
mod nodes;
mod notifications;
mod open_error;
mod orphans;
mod pool;
mod revocations;
mod sealed;
mod sessions;
mod shared_work;
mod tables;
mod transaction;
mod tx;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::vault::KeyId;
use sqlx::postgres::PgConnectOptions;

use self::{
    feed::Feed,
    nodes::Node,
    notifications::Notifications,
    pool::{Limits, Pool},
};
pub use self::{
    maintenance::PostgresMaintenance, open_error::OpenError, transaction::PostgresTransaction,
};
use super::{ForeignWrites, StoreError, database::Database};

/// Timeout of the check whether the database can be read and written.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// A PostgreSQL database, with its migrations applied.
#[derive(Debug)]
pub struct PostgresDatabase {
    pool: Pool,
    node: Node,
    feed: Arc<Feed>,
    notifications: Notifications,
}

impl PostgresDatabase {
    /// Opens a database with at most `max_connections` connections for queries, and one for
    /// notifications. Applies migrations; a node that starts at the same time waits.
    ///
    /// # Errors
    ///
    /// If it cannot be reached or migrated. No error contains the password.
    pub async fn open(options: PgConnectOptions, max_connections: u32) -> Result<Self, OpenError> {
        let limits = Limits {
            max_connections,
            ..Limits::SERVER
        };
        let pool = Pool::open(options, limits).await?;
        migrations::apply(&pool).await?;
        let node = Node::generate();
        let feed = Arc::new(Feed::of(node.id()));
        Ok(Self {
            notifications: Notifications::start(&pool, &feed),
            feed,
            node,
            pool,
        })
    }

    /// Ends the tasks of this node, and closes its connections.
    pub async fn close(&self) {
        self.notifications.stop();
        if let Err(error) = self.node.retire(&self.pool).await {
            tracing::debug!(%error, "This node is known for a while");
        }
        self.pool.close().await;
    }

    /// Writes what this node owes the others, as far as it is time to.
    async fn keep_up(&self) -> Result<(), StoreError> {
        self.node.show(&self.pool).await?;
        self.feed.delete_old(&self.pool).await
    }
}

#[async_trait]
impl Database for PostgresDatabase {
    type Transaction = PostgresTransaction;

    async fn begin(&self) -> Result<PostgresTransaction, StoreError> {
        Ok(PostgresTransaction {
            tx: self.pool.write().await?,
            feed: Arc::clone(&self.feed),
        })
    }

    async fn ping(&self) -> Result<(), StoreError> {
        tokio::time::timeout(PING_TIMEOUT, self.node.ping(&self.pool))
            .await
            .unwrap_or(Err(StoreError::TooSlow))
    }

    /// Polls last, since what a poll has returned is returned once: nothing that fails may follow.
    async fn detect_foreign_writes(&self) -> Result<ForeignWrites, StoreError> {
        if let Err(error) = self.keep_up().await {
            tracing::debug!(%error, "Old entries are deleted later, and this node is shown later");
        }
        self.feed.poll(&self.pool).await
    }

    async fn wait_for_foreign_write(&self) {
        self.notifications.wait().await;
    }

    async fn announce_keys(&self, keys: &[KeyId]) -> Result<(), StoreError> {
        self.node.announce(&self.pool, keys).await
    }

    fn location(&self) -> String {
        self.pool.location().to_owned()
    }
}
