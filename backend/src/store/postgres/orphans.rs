//! Marks of orphaned connections in PostgreSQL.

use async_trait::async_trait;
use domain::ids::ConnectionId;
use jiff::Timestamp;

use super::PostgresDatabase;
use crate::store::{StoreError, database::OrphanRecords};

/// Number of connections that one query goes over. In a large table, most have no mark and are not
/// orphaned: a query for the next orphaned ones would go over all of them.
const PAGE: i64 = 2_000;

/// The orphaned ones of the next page, and the last one of it, which may not be.
const FIND_ORPHANED: &str = "\
    WITH page AS (SELECT id FROM connections WHERE unreached_since IS NULL AND id > $1 \
                  ORDER BY id LIMIT $2), \
    found AS (SELECT id, NOT EXISTS (SELECT 1 FROM session_connections s \
                                     WHERE s.connection_id = page.id) AS is_orphaned FROM page) \
    SELECT id, is_orphaned FROM found \
    WHERE is_orphaned OR id = (SELECT MAX(id) FROM page) ORDER BY id";
const MARK: &str = "UPDATE connections SET unreached_since = $1 \
     WHERE id = ANY($2) AND unreached_since IS NULL AND NOT EXISTS \
         (SELECT 1 FROM session_connections s WHERE s.connection_id = connections.id)";
const FIND_REACHED: &str = "SELECT id FROM connections c \
     WHERE unreached_since IS NOT NULL AND id > $1 AND EXISTS \
         (SELECT 1 FROM session_connections s WHERE s.connection_id = c.id) \
     ORDER BY id LIMIT $2";
const UNMARK: &str = "UPDATE connections SET unreached_since = NULL \
     WHERE unreached_since <= $1 AND id = ANY($2) AND EXISTS \
         (SELECT 1 FROM session_connections s WHERE s.connection_id = connections.id)";

impl PostgresDatabase {
    async fn change_each(
        &self,
        statement: &'static str,
        ids: &[ConnectionId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let ids: Vec<_> = ids.iter().map(ConnectionId::as_str).collect();
        let mut tx = self.pool.write().await?;
        let query = sqlx::query(statement).bind(now.as_millisecond()).bind(ids);
        tx.execute(query).await?;
        tx.commit().await
    }
}

#[async_trait]
impl OrphanRecords for PostgresDatabase {
    async fn find_orphaned(
        &self,
        after: Option<&ConnectionId>,
        limit: u32,
    ) -> Result<Vec<ConnectionId>, StoreError> {
        let mut after = after.map_or("", ConnectionId::as_str).to_owned();
        loop {
            let query = sqlx::query_as(FIND_ORPHANED).bind(&after).bind(PAGE);
            let page: Vec<(String, bool)> = self.pool.read().await?.all(query).await?;
            let Some((last, _)) = page.last() else {
                return Ok(Vec::new());
            };
            after.clone_from(last);
            let orphaned = page
                .into_iter()
                .filter(|(_, is_orphaned)| *is_orphaned)
                .map(|(id, _)| ConnectionId::from_stored(id));
            let found: Vec<_> = orphaned
                .take(usize::try_from(limit).unwrap_or(usize::MAX))
                .collect();
            if !found.is_empty() {
                return Ok(found);
            }
        }
    }

    async fn mark_orphaned(&self, ids: &[ConnectionId], now: Timestamp) -> Result<(), StoreError> {
        self.change_each(MARK, ids, now).await
    }

    async fn find_outdated_marks(
        &self,
        after: Option<&ConnectionId>,
        limit: u32,
    ) -> Result<Vec<ConnectionId>, StoreError> {
        let query = sqlx::query_as(FIND_REACHED)
            .bind(after.map_or("", ConnectionId::as_str))
            .bind(i64::from(limit));
        let found: Vec<(String,)> = self.pool.read().await?.all(query).await?;
        Ok(found
            .into_iter()
            .map(|(id,)| ConnectionId::from_stored(id))
            .collect())
    }

    async fn remove_marks(&self, ids: &[ConnectionId], now: Timestamp) -> Result<(), StoreError> {
        self.change_each(UNMARK, ids, now).await
    }
}
