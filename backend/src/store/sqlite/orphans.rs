//! Orphaned connections, which no session is authorized for, in SQLite.
//!
//! They are searched for by the readers, since the only writer must not be busy for long, and
//! changed by the writer in batches. Each change checks again that it still applies.

use domain::ids::{ConnectionId, RevocationId};
use jiff::Timestamp;

use super::SqliteStore;
use crate::store::{Revocation, StoreError};

/// Maximum number of connections that are changed in one transaction. Another write waits for one
/// batch at most.
pub(super) const BATCH: u32 = 50;

/// Finds connections from an id on that no session is authorized for and that are not marked.
const FIND_ORPHANED: &str = "SELECT id FROM connections c \
     WHERE unreached_since IS NULL AND id > $1 AND NOT EXISTS \
         (SELECT 1 FROM session_connections s WHERE s.connection_id = c.id) \
     ORDER BY id LIMIT $2";
/// Marks one.
const MARK: &str = "UPDATE connections SET unreached_since = $1 \
     WHERE id = $2 AND unreached_since IS NULL AND NOT EXISTS \
         (SELECT 1 FROM session_connections s WHERE s.connection_id = connections.id)";
/// Finds marked connections from an id on that a session is authorized for.
const FIND_REACHED: &str = "SELECT id FROM connections c \
     WHERE unreached_since IS NOT NULL AND id > $1 AND EXISTS \
         (SELECT 1 FROM session_connections s WHERE s.connection_id = c.id) \
     ORDER BY id LIMIT $2";
/// Removes the mark of one.
const UNMARK: &str = "UPDATE connections SET unreached_since = NULL \
     WHERE unreached_since <= $1 AND id = $2 AND EXISTS \
         (SELECT 1 FROM session_connections s WHERE s.connection_id = connections.id)";
/// Removes those that have been marked for long. One whose pair is being refreshed is removed by a
/// later sweep; an expired lease is not held.
const REMOVE: &str = concat!(
    "DELETE FROM connections WHERE id IN \
         (SELECT id FROM connections c WHERE unreached_since < $1 \
              AND (lease IS NULL OR lease_ends_at < ",
    now!(),
    ") AND NOT EXISTS \
                  (SELECT 1 FROM session_connections s WHERE s.connection_id = c.id) \
          LIMIT $2) \
     RETURNING id, refresh_token, refresh_expires_at"
);

impl SqliteStore {
    /// Marks orphaned connections with the current time, and removes outdated marks.
    pub(super) async fn mark_orphaned(&self, now: Timestamp) -> Result<(), StoreError> {
        for (find, change) in [(FIND_ORPHANED, MARK), (FIND_REACHED, UNMARK)] {
            let mut after = String::new();
            loop {
                let found: Vec<(String,)> = sqlx::query_as(find)
                    .bind(&after)
                    .bind(BATCH)
                    .fetch_all(&self.readers)
                    .await?;
                let Some((last,)) = found.last() else {
                    break;
                };
                after.clone_from(last);
                let mut tx = self.begin().await?;
                for (id,) in &found {
                    sqlx::query(change)
                        .bind(now.as_millisecond())
                        .bind(id)
                        .execute(&mut *tx)
                        .await?;
                }
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// Removes one batch of connections that have been orphaned since `since`, and enqueues the
    /// revocation of their tokens. Returns how many.
    pub(super) async fn remove_orphaned(
        &self,
        now: Timestamp,
        since: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let rows: Vec<(String, Option<Vec<u8>>, Option<i64>)> = sqlx::query_as(REMOVE)
            .bind(since.as_millisecond())
            .bind(BATCH)
            .fetch_all(&mut *tx)
            .await?;
        let mut removed = 0;
        for (id, sealed, ends_at) in rows {
            removed += 1;
            let Some(sealed) = sealed else { continue };
            let id = ConnectionId::from_stored(id);
            match self.sealer.open_refresh(&id, &sealed) {
                Ok(token) => {
                    let revocation = Revocation {
                        id: RevocationId::generate(),
                        token,
                        tries: 0,
                    };
                    let ends_at = ends_at.and_then(|at| Timestamp::from_millisecond(at).ok());
                    self.insert_revocation(&mut tx, &revocation, ends_at, now)
                        .await?;
                }
                Err(error) => {
                    tracing::error!(connection = id.as_str(), %error, "A token was erased that Snyk cannot be told of");
                }
            }
        }
        tx.commit().await?;
        Ok(removed)
    }
}
