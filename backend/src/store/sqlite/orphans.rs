//! Marks of orphaned connections in SQLite.
//!
//! They are searched for by the readers, since the only writer must not be busy for long, and
//! changed by the writer in one transaction for each batch, since each transaction waits for the
//! disk.

use async_trait::async_trait;
use domain::ids::ConnectionId;
use jiff::Timestamp;

use super::SqliteDatabase;
use crate::store::{StoreError, database::OrphanRecords};

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

impl SqliteDatabase {
    async fn find(
        &self,
        query: &'static str,
        after: Option<&ConnectionId>,
        limit: u32,
    ) -> Result<Vec<ConnectionId>, StoreError> {
        let found: Vec<(String,)> = sqlx::query_as(query)
            .bind(after.map_or("", ConnectionId::as_str))
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        Ok(found
            .into_iter()
            .map(|(id,)| ConnectionId::from_stored(id))
            .collect())
    }

    async fn change_each(
        &self,
        query: &'static str,
        ids: &[ConnectionId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_immediate().await?;
        for id in ids {
            sqlx::query(query)
                .bind(now.as_millisecond())
                .bind(id.as_str())
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }
}

#[async_trait]
impl OrphanRecords for SqliteDatabase {
    async fn find_orphaned(
        &self,
        after: Option<&ConnectionId>,
        limit: u32,
    ) -> Result<Vec<ConnectionId>, StoreError> {
        self.find(FIND_ORPHANED, after, limit).await
    }

    async fn mark_orphaned(&self, ids: &[ConnectionId], now: Timestamp) -> Result<(), StoreError> {
        self.change_each(MARK, ids, now).await
    }

    async fn find_outdated_marks(
        &self,
        after: Option<&ConnectionId>,
        limit: u32,
    ) -> Result<Vec<ConnectionId>, StoreError> {
        self.find(FIND_REACHED, after, limit).await
    }

    async fn remove_marks(&self, ids: &[ConnectionId], now: Timestamp) -> Result<(), StoreError> {
        self.change_each(UNMARK, ids, now).await
    }
}
