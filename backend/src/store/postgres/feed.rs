//! The feed of changes: each node writes down what it changes, for the caches of the others.
//!
//! An entry is written in the transaction of the change, and read by the others a moment later: when a
//! notification says so, or with the next poll. Entries become visible when their transaction commits,
//! which is not the order of their times. So each poll reads the last seconds again, and forgets what
//! it has seen before.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use domain::ids::{ConnectionId, SessionId};
use tokio::sync::Notify;

use super::{pool::Pool, tx::Tx};
use crate::store::{Change, ForeignWrites, StoreError};

/// Milliseconds that each poll reads again. An entry is the last statement of its transaction, which
/// the database ends if it is left for five seconds.
const OVERLAP: i64 = 10_000;
/// Milliseconds after which an entry is deleted: after this, no cache has a value from before it.
const RETENTION: i64 = 120_000;
/// Milliseconds between two deletions by one node.
const DELETE_INTERVAL: i64 = 20_000;
/// Maximum number of entries that are deleted at once.
const DELETE_LIMIT: i64 = 5_000;
/// Maximum number of entries that a poll reads. If there are more, everything may have changed.
const READ_LIMIT: i64 = 20_000;

const INSERT: &str = concat!(
    "INSERT INTO changes (at, id, node, kind, record) SELECT ",
    now!(),
    ", c.id, $1, c.kind, c.record FROM UNNEST($2, $3, $4) AS c (id, kind, record)"
);
/// Has one row with the time, even if there is no entry.
const READ: &str = concat!(
    "SELECT t.now, c.at, c.id, c.kind, c.record FROM (SELECT ",
    now!(),
    " AS now) t LEFT JOIN changes c ON c.at > $1 AND c.node <> $2 LIMIT $3"
);
const DELETE: &str = "DELETE FROM changes WHERE (at, id) IN \
     (SELECT at, id FROM changes WHERE at < $1 ORDER BY at, id LIMIT $2 FOR UPDATE SKIP LOCKED)";

type Row = (
    i64,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// The feed, as a node sees it.
#[derive(Debug)]
pub(super) struct Feed {
    node: String,
    /// Told when this node has written entries.
    pub(super) written: Notify,
    reader: Mutex<Reader>,
}

/// How far a node has read.
#[derive(Debug, Default)]
struct Reader {
    /// The database's time of the last successful poll.
    read_at: Option<i64>,
    /// The entries since then, less the overlap, by id, with their times.
    seen: BTreeMap<String, i64>,
    /// Whether a poll has failed since: the database may be another one, which lacks the last writes.
    is_in_doubt: bool,
    deleted_at: i64,
}

impl Feed {
    pub(super) fn of(node: &str) -> Self {
        Self {
            node: node.to_owned(),
            written: Notify::new(),
            reader: Mutex::default(),
        }
    }

    /// Commits a transaction, and tells the other nodes what it changed.
    pub(super) async fn commit(&self, mut tx: Tx, changes: &[Change]) -> Result<(), StoreError> {
        if changes.is_empty() {
            return tx.commit().await;
        }
        let ids: Vec<_> = changes
            .iter()
            .map(|_| ulid::Ulid::new().to_string())
            .collect();
        let (kinds, records): (Vec<&str>, Vec<&str>) = changes.iter().map(columns).unzip();
        let entries = sqlx::query(INSERT)
            .bind(&self.node)
            .bind(ids)
            .bind(kinds)
            .bind(records);
        tx.execute(entries).await?;
        tx.commit().await?;
        self.written.notify_one();
        Ok(())
    }

    /// Returns what other nodes have changed since the last call.
    pub(super) async fn poll(&self, pool: &Pool) -> Result<ForeignWrites, StoreError> {
        let since = self.with_reader(|reader| reader.read_at.map(|at| at - OVERLAP));
        match self.read(pool, since.unwrap_or(i64::MAX)).await {
            Ok(rows) => Ok(self.with_reader(|reader| reader.take(rows))),
            Err(error) => {
                self.with_reader(|reader| reader.is_in_doubt = true);
                Err(error)
            }
        }
    }

    /// Deletes old entries, if it is time to.
    pub(super) async fn delete_old(&self, pool: &Pool) -> Result<(), StoreError> {
        let Some(before) = self.with_reader(Reader::delete_before) else {
            return Ok(());
        };
        let mut tx = pool.write().await?;
        let query = sqlx::query(DELETE).bind(before).bind(DELETE_LIMIT);
        tx.execute(query).await?;
        tx.commit().await
    }

    async fn read(&self, pool: &Pool, since: i64) -> Result<Vec<Row>, StoreError> {
        let query = sqlx::query_as(READ)
            .bind(since)
            .bind(&self.node)
            .bind(READ_LIMIT);
        pool.read().await?.all(query).await
    }

    fn with_reader<T>(&self, work: impl FnOnce(&mut Reader) -> T) -> T {
        work(&mut self.reader.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Reader {
    /// Takes the rows of a poll, and returns what is new.
    fn take(&mut self, rows: Vec<Row>) -> ForeignWrites {
        let now = rows.first().map_or(0, |(now, ..)| *now);
        let before = self.read_at.replace(now);
        let is_whole = rows.len() < usize::try_from(READ_LIMIT).unwrap_or(usize::MAX);
        // If the clock went back, the database is another one. If too much time has passed, entries
        // may have been deleted that were never read.
        let follows = before.is_none_or(|at| (at..at + RETENTION - OVERLAP).contains(&now));
        let mut changes = Vec::new();
        let mut is_known = is_whole && follows && !self.is_in_doubt;
        self.is_in_doubt = false;
        for (_, at, id, kind, record) in rows {
            let (Some(at), Some(id), Some(kind), Some(record)) = (at, id, kind, record) else {
                continue;
            };
            if self.seen.insert(id, at).is_none() {
                match change(&kind, record) {
                    Some(change) => changes.push(change),
                    None => is_known = false,
                }
            }
        }
        self.seen.retain(|_, at| *at > now - 2 * OVERLAP);
        if is_known {
            ForeignWrites::These(changes)
        } else {
            ForeignWrites::Any
        }
    }

    /// Returns a time before which entries are to be deleted, if it is time to.
    fn delete_before(&mut self) -> Option<i64> {
        let now = self.read_at?;
        let is_due = now - self.deleted_at >= DELETE_INTERVAL;
        if is_due {
            self.deleted_at = now;
        }
        is_due.then_some(now - RETENTION)
    }
}

fn columns(change: &Change) -> (&'static str, &str) {
    match change {
        Change::Session(id) => ("session", id.as_str()),
        Change::Connection(id) => ("connection", id.as_str()),
    }
}

/// Returns the change of an entry. `None` if it is of a later version.
fn change(kind: &str, record: String) -> Option<Change> {
    match kind {
        "session" => Some(Change::Session(SessionId::from_stored(record))),
        "connection" => Some(Change::Connection(ConnectionId::from_stored(record))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(now: i64, at: i64, id: &str, kind: &str) -> Row {
        let text = |text: &str| Some(text.to_owned());
        (now, Some(at), text(id), text(kind), text("r"))
    }

    fn nothing(now: i64) -> Row {
        (now, None, None, None, None)
    }

    fn these(count: usize) -> ForeignWrites {
        let change = Change::Session(SessionId::from_stored("r".to_owned()));
        ForeignWrites::These(vec![change; count])
    }

    const START: i64 = 1_000_000;

    /// A reader that has polled once.
    fn reader() -> Reader {
        let mut reader = Reader::default();
        assert_eq!(reader.take(vec![nothing(START)]), these(0));
        reader
    }

    #[test]
    fn an_entry_is_told_once_whenever_it_becomes_visible() {
        let mut reader = reader();
        let a = |now| entry(now, START + 5, "a", "session");
        // It was written before the other one, and committed after it.
        let late = |now| entry(now, START + 3, "b", "session");
        assert_eq!(reader.take(vec![a(START + 10)]), these(1));
        assert_eq!(reader.take(vec![a(START + 20)]), these(0));
        assert_eq!(reader.take(vec![a(START + 30), late(START + 30)]), these(1));
        for step in 1..50 {
            let now = START + 30 + step * 500;
            let rows = if now - OVERLAP < START + 3 {
                vec![a(now), late(now)]
            } else {
                vec![nothing(now)]
            };
            assert_eq!(reader.take(rows), these(0), "{now}");
        }
        assert!(reader.seen.is_empty(), "{:?}", reader.seen);
    }

    #[test]
    fn whenever_an_entry_may_be_missing_anything_may_have_changed() {
        let any = |mut reader: Reader, rows: Vec<Row>| {
            let now = rows[0].0;
            assert_eq!(reader.take(rows), ForeignWrites::Any);
            assert_eq!(reader.take(vec![nothing(now + 1)]), these(0), "once");
        };
        any(reader(), vec![nothing(START - 1)]);
        any(reader(), vec![nothing(START + RETENTION)]);
        any(
            reader(),
            vec![entry(START + 1, START, "a", "of a later version")],
        );
        let mut failed = reader();
        failed.is_in_doubt = true;
        any(failed, vec![nothing(START + 1)]);
        let many = usize::try_from(READ_LIMIT).unwrap();
        any(
            reader(),
            vec![entry(START + 1, START, "a", "session"); many],
        );
    }

    #[test]
    fn entries_are_deleted_from_time_to_time_and_not_before_all_caches_are_newer() {
        let mut reader = Reader::default();
        let deletions: Vec<_> = (0..100)
            .filter_map(|second| {
                reader.take(vec![nothing(START + second * 1_000)]);
                reader.delete_before()
            })
            .collect();
        assert_eq!(deletions.len(), 5);
        assert_eq!(deletions[0], START - RETENTION);
    }
}
