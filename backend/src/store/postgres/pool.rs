//! Connections to PostgreSQL: how many, how long each may take, and which are replaced.

use std::{fmt, sync::Arc, time::Duration};

use sqlx::{
    ConnectOptions as _, Connection as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{
    failover::Failover,
    open_error::{self, OpenError},
    tx::Tx,
};
use crate::store::StoreError;

/// Timeout of a first connection, whose failure is described to the operator.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);
/// How long a call waits for a connection. The database may be away, so it is not long.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection that was idle for longer is tried before it is used: the database may have restarted.
const TRIED_AFTER: Duration = Duration::from_secs(1);
/// Timeout of that, and of the rollback when a connection is given back.
const TRY_TIMEOUT: Duration = Duration::from_secs(2);
/// Idle connections are closed after this.
const IDLE_TIMEOUT: Duration = Duration::from_mins(10);
/// Connections are replaced after this, so that they spread over the servers behind one name.
const MAX_LIFETIME: Duration = Duration::from_mins(30);

/// Begins a transaction that reads. A pooler may hand each transaction to another connection, so the
/// time-outs are set within it.
const READ: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; \
     SET LOCAL statement_timeout = 5000; SET LOCAL idle_in_transaction_session_timeout = 5000";
/// Begins a transaction that writes.
const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \
     SET LOCAL statement_timeout = 5000; SET LOCAL lock_timeout = 4000; \
     SET LOCAL idle_in_transaction_session_timeout = 5000";
/// Begins a transaction that may go over a whole table, or change it.
const MAINTAIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \
     SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 60000";

/// The bounds of a pool.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Maximum number of connections.
    pub(super) max_connections: u32,
    /// Maximum duration of a transaction, by the clock of this process: an answer may never arrive.
    pub(super) transaction: Duration,
}

impl Limits {
    /// Those of a server.
    pub(super) const SERVER: Self = Self {
        max_connections: 10,
        transaction: Duration::from_secs(10),
    };
    /// Those of a command that goes over all rows.
    pub(super) const MAINTENANCE: Self = Self {
        max_connections: 1,
        transaction: Duration::from_hours(1),
    };
}

/// A pool of connections. Its `Debug` has no password.
pub(super) struct Pool {
    connections: PgPool,
    options: PgConnectOptions,
    limits: Limits,
    failover: Arc<Failover>,
    location: String,
}

impl Pool {
    /// Opens a pool, whose first connection is made at once.
    pub(super) async fn open(options: PgConnectOptions, limits: Limits) -> Result<Self, OpenError> {
        let location = open_error::location(&options);
        // The pool would try again, and then only say that it took too long.
        let first = tokio::time::timeout(CONNECT_TIMEOUT, options.connect())
            .await
            .map_err(|_| OpenError::TooSlow(location.clone()))?
            .map_err(|cause| OpenError::from_sqlx(&location, cause))?;
        // If this fails, whatever follows fails in words.
        let _ = first.close().await;
        let failover = Arc::new(Failover::default());
        let connections = PgPoolOptions::new()
            .max_connections(limits.max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(IDLE_TIMEOUT)
            .max_lifetime(MAX_LIFETIME)
            .test_before_acquire(false)
            .before_acquire({
                let failover = Arc::clone(&failover);
                move |connection, metadata| {
                    let is_outdated = failover.is_before(metadata.age);
                    Box::pin(async move {
                        if is_outdated {
                            return Ok(false);
                        }
                        if metadata.idle_for < TRIED_AFTER {
                            return Ok(true);
                        }
                        let tried = tokio::time::timeout(TRY_TIMEOUT, connection.ping()).await;
                        Ok(matches!(tried, Ok(Ok(()))))
                    })
                }
            })
            // Completes the rollback of a dropped transaction. Without a time-out, a connection whose
            // answers are lost would never be replaced.
            .after_release(|connection, _| {
                Box::pin(async move {
                    tokio::time::timeout(TRY_TIMEOUT, connection.ping())
                        .await
                        .unwrap_or(Err(sqlx::Error::PoolTimedOut))
                        .map(|()| true)
                })
            })
            .connect_lazy_with(options.clone());
        Ok(Self {
            connections,
            options,
            limits,
            failover,
            location,
        })
    }

    /// Begins a transaction that reads.
    pub(super) async fn read(&self) -> Result<Tx, StoreError> {
        self.begin(READ, self.limits.transaction).await
    }

    /// Begins a transaction that writes.
    pub(super) async fn write(&self) -> Result<Tx, StoreError> {
        self.begin(WRITE, self.limits.transaction).await
    }

    /// Begins a transaction that may take long.
    pub(super) async fn maintain(&self) -> Result<Tx, StoreError> {
        self.begin(MAINTAIN, Limits::MAINTENANCE.transaction).await
    }

    async fn begin(&self, statement: &'static str, limit: Duration) -> Result<Tx, StoreError> {
        Tx::begin(
            &self.connections,
            statement,
            limit,
            Arc::clone(&self.failover),
        )
        .await
    }

    /// Returns the pool itself, for a statement that no transaction may contain.
    pub(super) const fn plain(&self) -> &PgPool {
        &self.connections
    }

    /// Returns how a connection is made.
    pub(super) const fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// Returns where the database is, without credentials.
    pub(super) fn location(&self) -> &str {
        &self.location
    }

    pub(super) async fn close(&self) {
        self.connections.close().await;
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("location", &self.location)
            .finish_non_exhaustive()
    }
}
