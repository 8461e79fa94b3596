//! The nodes that run on a database, each with its keys. A node shows from time to time that it runs.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use domain::vault::KeyId;

use super::{pool::Pool, tx::Tx};
use crate::store::{StoreError, database::NodeKeys};

/// Interval at which a node shows that it runs.
const SHOW_INTERVAL: Duration = Duration::from_secs(10);
/// Time for which a successful write counts as a check of the database.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// Writes the row of a node.
const SHOW: &str = concat!(
    "INSERT INTO nodes (id, keys, seen_at) VALUES ($1, $2, ",
    now!(),
    ") ON CONFLICT (id) DO UPDATE SET keys = $2, seen_at = ",
    now!()
);
/// Those that were seen within three intervals.
const RUNNING: &str = concat!(
    "SELECT keys FROM nodes WHERE seen_at > ",
    now!(),
    " - 30000 ORDER BY id"
);
/// Forgets those that ended long ago without saying so.
const FORGET: &str = concat!("DELETE FROM nodes WHERE seen_at < ", now!(), " - 86400000");

/// Gives up what a node has when it ends. It sends no request any more, so its shares of rates are free
/// when the last one is a minute old.
const RETIRE: [&str; 3] = [
    "DELETE FROM leaders WHERE node = $1",
    concat!(
        "UPDATE rate_shares SET ends_at = LEAST(ends_at, ",
        now!(),
        " + 65000) WHERE node = $1"
    ),
    "DELETE FROM nodes WHERE id = $1",
];

/// This node.
#[derive(Debug)]
pub(super) struct Node {
    id: String,
    shown: Mutex<Shown>,
}

#[derive(Debug, Default)]
struct Shown {
    /// Its keys, in the form of their column.
    keys: String,
    at: Option<Instant>,
}

impl Node {
    pub(super) fn generate() -> Self {
        Self {
            id: ulid::Ulid::new().to_string(),
            shown: Mutex::default(),
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Makes the keys of this node known.
    pub(super) async fn announce(&self, pool: &Pool, keys: &[KeyId]) -> Result<(), StoreError> {
        let words: Vec<_> = keys.iter().map(ToString::to_string).collect();
        self.with_shown(|shown| shown.keys = words.join(" "));
        let mut tx = pool.write().await?;
        tx.execute(sqlx::query(FORGET)).await?;
        tx.commit().await?;
        self.write(pool).await
    }

    /// Shows that this node runs, if it is time to.
    pub(super) async fn show(&self, pool: &Pool) -> Result<(), StoreError> {
        if self.has_shown_within(SHOW_INTERVAL) {
            return Ok(());
        }
        self.write(pool).await
    }

    /// Checks that the database can be read and written: by a write, unless one has succeeded a
    /// moment ago.
    pub(super) async fn ping(&self, pool: &Pool) -> Result<(), StoreError> {
        if !self.has_shown_within(PROBE_INTERVAL) {
            return self.write(pool).await;
        }
        let mut tx = pool.read().await?;
        let _one: Option<(i32,)> = tx.optional(sqlx::query_as("SELECT 1")).await?;
        Ok(())
    }

    /// Removes this node, which ends.
    pub(super) async fn retire(&self, pool: &Pool) -> Result<(), StoreError> {
        let mut tx = pool.write().await?;
        for statement in RETIRE {
            tx.execute(sqlx::query(statement).bind(&self.id)).await?;
        }
        tx.commit().await
    }

    async fn write(&self, pool: &Pool) -> Result<(), StoreError> {
        let keys = self.with_shown(|shown| shown.keys.clone());
        let mut tx = pool.write().await?;
        tx.execute(sqlx::query(SHOW).bind(&self.id).bind(keys))
            .await?;
        tx.commit().await?;
        self.with_shown(|shown| shown.at = Some(Instant::now()));
        Ok(())
    }

    fn has_shown_within(&self, interval: Duration) -> bool {
        self.with_shown(|shown| shown.at.is_some_and(|at| at.elapsed() < interval))
    }

    fn with_shown<T>(&self, work: impl FnOnce(&mut Shown) -> T) -> T {
        work(&mut self.shown.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Returns the keys of each running node.
pub(super) async fn running(tx: &mut Tx) -> Result<Vec<NodeKeys>, StoreError> {
    let rows: Vec<(String,)> = tx.all(sqlx::query_as(RUNNING)).await?;
    Ok(rows.into_iter().map(|(keys,)| parse(&keys)).collect())
}

fn parse(keys: &str) -> NodeKeys {
    let keys: Vec<KeyId> = keys
        .split_ascii_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()?;
    Some(keys).filter(|keys| !keys.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_list_of_keys_is_not_read_as_one() {
        let keys = parse("0000000a ffffffff").unwrap();
        assert_eq!(keys.len(), 2);
        for text in ["", "0000000a canary"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
