//! A transaction, through which every statement goes.

use std::{sync::Arc, time::Duration};

use sqlx::{
    FromRow, PgPool, Postgres,
    postgres::{PgArguments, PgRow},
    query::{Query, QueryAs},
};
use tokio::time::Instant;

use super::failover::Failover;
use crate::store::{StoreError, error::is_of_a_replica};

/// A transaction with a deadline. It is rolled back when it is dropped.
///
/// Its statements are prepared without a name, so that the server keeps none of them.
#[derive(Debug)]
pub(super) struct Tx {
    inner: sqlx::Transaction<'static, Postgres>,
    failover: Arc<Failover>,
    deadline: Instant,
}

impl Tx {
    pub(super) async fn begin(
        pool: &PgPool,
        statement: &'static str,
        limit: Duration,
        failover: Arc<Failover>,
    ) -> Result<Self, StoreError> {
        let deadline = Instant::now() + limit;
        let inner = within(deadline, &failover, pool.begin_with(statement)).await?;
        Ok(Self {
            inner,
            failover,
            deadline,
        })
    }

    /// Runs a statement, and returns the number of rows that it changed.
    pub(super) async fn execute(
        &mut self,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<u64, StoreError> {
        let done = query.persistent(false).execute(&mut *self.inner);
        let done = within(self.deadline, &self.failover, done).await?;
        Ok(done.rows_affected())
    }

    /// Runs a script without arguments.
    pub(super) async fn run(&mut self, script: sqlx::RawSql) -> Result<(), StoreError> {
        let done = script.execute(&mut *self.inner);
        within(self.deadline, &self.failover, done).await?;
        Ok(())
    }

    /// Runs a query, and returns its rows as they are.
    pub(super) async fn rows(
        &mut self,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, StoreError> {
        let rows = query.persistent(false).fetch_all(&mut *self.inner);
        within(self.deadline, &self.failover, rows).await
    }

    /// Runs a query, and returns all of its rows.
    pub(super) async fn all<T>(
        &mut self,
        query: QueryAs<'_, Postgres, T, PgArguments>,
    ) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let rows = query.persistent(false).fetch_all(&mut *self.inner);
        within(self.deadline, &self.failover, rows).await
    }

    /// Runs a query, and returns its row, if it has one.
    pub(super) async fn optional<T>(
        &mut self,
        query: QueryAs<'_, Postgres, T, PgArguments>,
    ) -> Result<Option<T>, StoreError>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        Ok(self.all(query).await?.into_iter().next())
    }

    /// Commits.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        let done = within(self.deadline, &self.failover, self.inner.commit()).await;
        done.map_err(|error| match error {
            // The server said that it rolled back.
            StoreError::Conflict(_) | StoreError::DiskFull(_) => error,
            other => StoreError::OutcomeUnknown(Box::new(other)),
        })
    }
}

async fn within<T>(
    deadline: Instant,
    failover: &Failover,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout_at(deadline, work).await {
        Ok(done) => done.map_err(|error| {
            if is_of_a_replica(&error) {
                failover.note();
            }
            error.into()
        }),
        Err(_) => Err(StoreError::TooSlow),
    }
}
