//! How much there is in PostgreSQL: counted while it is little, and estimated from the planner's
//! statistics above that, which each node does every half minute.

use async_trait::async_trait;

use super::{PostgresDatabase, tx::Tx};
use crate::store::{
    StoreError,
    database::{CountRecords, Counts, MAX_COUNTED, PoolSize},
};

/// The rows of a query, in a form whose count ends early.
struct Rows {
    /// The query up to a bound.
    counted: &'static str,
    /// The plan of the query, which has the number of its rows by the statistics of the table.
    planned: &'static str,
}

/// Returns the queries of the rows of a table that satisfy a condition.
macro_rules! rows {
    ($rest:literal) => {
        Rows {
            counted: concat!(
                "SELECT count(*) FROM (SELECT 1 FROM ",
                $rest,
                " LIMIT $1) AS found"
            ),
            planned: concat!("EXPLAIN SELECT 1 FROM ", $rest),
        }
    };
}

const SESSIONS: Rows = rows!("sessions");
const ACTIVE: Rows = rows!("connections WHERE status = 'active'");
const RECONNECT_NEEDED: Rows = rows!("connections WHERE status = 'reconnect_needed'");
const CONNECTIONS: Rows = rows!("connections");
const REVOCATIONS: Rows = rows!("revocations");

#[async_trait]
impl CountRecords for PostgresDatabase {
    async fn counts(&self) -> Result<Counts, StoreError> {
        let mut tx = self.pool.read().await?;
        let sessions = number(&mut tx, &SESSIONS).await?;
        let revocations = number(&mut tx, &REVOCATIONS).await?;
        // A state has no index of its own: a count that finds few rows would read them all.
        let is_little = counted(&mut tx, &CONNECTIONS).await?.is_some();
        let mut of_state = [0; 2];
        for (count, rows) in of_state.iter_mut().zip([ACTIVE, RECONNECT_NEEDED]) {
            *count = if is_little {
                number(&mut tx, &rows).await?
            } else {
                planned(&mut tx, &rows).await?
            };
        }
        let [active, reconnect_needed] = of_state;
        Ok(Counts {
            sessions,
            active,
            reconnect_needed,
            revocations,
        })
    }

    fn pool_size(&self) -> PoolSize {
        let pool = self.pool.plain();
        PoolSize {
            open: pool.size(),
            idle: u32::try_from(pool.num_idle()).unwrap_or(u32::MAX),
        }
    }
}

/// Counts rows, or estimates them if they are many.
async fn number(tx: &mut Tx, rows: &Rows) -> Result<u64, StoreError> {
    match counted(tx, rows).await? {
        Some(count) => Ok(count),
        // A table that was never analyzed counts as a few thousand rows.
        None => Ok(planned(tx, rows).await?.max(MAX_COUNTED.unsigned_abs())),
    }
}

/// Counts rows, unless they are many.
async fn counted(tx: &mut Tx, rows: &Rows) -> Result<Option<u64>, StoreError> {
    let query = sqlx::query_as(rows.counted).bind(MAX_COUNTED + 1);
    let count: Option<(i64,)> = tx.optional(query).await?;
    let count = count.map_or(0, |(count,)| count);
    Ok((count <= MAX_COUNTED).then(|| count.unsigned_abs()))
}

/// Returns the number of rows that the planner expects.
async fn planned(tx: &mut Tx, rows: &Rows) -> Result<u64, StoreError> {
    let plan: Vec<(String,)> = tx.all(sqlx::query_as(rows.planned)).await?;
    Ok(plan.first().and_then(|(line,)| rows_in(line)).unwrap_or(0))
}

/// Reads the number in a line of a plan, such as `Seq Scan on sessions  (cost=0.00..1.10 rows=10 width=4)`.
fn rows_in(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once(" rows=")?;
    let end = rest.find(|byte: char| !byte.is_ascii_digit());
    rest[..end.unwrap_or(rest.len())].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_read_from_the_plan() {
        let line = "Index Only Scan using x on y  (cost=0.29..4.31 rows=1000000 width=4)";
        assert_eq!(rows_in(line), Some(1_000_000));
        assert_eq!(rows_in("rows"), None);
    }
}
