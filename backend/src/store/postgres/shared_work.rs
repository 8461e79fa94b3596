//! Leaders of background work and shares of rates, in PostgreSQL.

use async_trait::async_trait;
use domain::ids::ConnectionId;

use super::PostgresDatabase;
use crate::{
    outbound_rate_limit::{RESERVED_FOR, extension},
    store::{RateShare, StoreError, Work, database::SharedWorkRecords, rows::milliseconds},
};

/// The database decides which of several nodes comes first: the others find a row that has not ended.
const LEAD: &str = concat!(
    "INSERT INTO leaders (work, node, ends_at) VALUES ($1, $2, ",
    now!(),
    " + $3) ON CONFLICT (work) DO UPDATE SET node = EXCLUDED.node, ends_at = EXCLUDED.ends_at \
     WHERE leaders.node = EXCLUDED.node OR leaders.ends_at < ",
    now!()
);

/// Orders the nodes that ask for one connection.
const LOCK: &str = "SELECT id FROM connections WHERE id = $1 FOR NO KEY UPDATE";
/// The requests of other nodes for a connection, and the number of nodes that run.
const TAKEN: &str = concat!(
    "SELECT CAST(COALESCE(SUM(requests), 0) AS BIGINT), (SELECT COUNT(*) FROM nodes WHERE seen_at > ",
    now!(),
    " - 30000) FROM rate_shares WHERE connection_id = $1 AND node <> $2 AND ends_at > ",
    now!()
);
const SET_SHARE: &str = concat!(
    "INSERT INTO rate_shares (connection_id, node, requests, ends_at) VALUES ($1, $2, $3, ",
    now!(),
    " + $4) ON CONFLICT (connection_id, node) \
     DO UPDATE SET requests = EXCLUDED.requests, ends_at = EXCLUDED.ends_at"
);
const KEEP_SHARES: &str = concat!(
    "UPDATE rate_shares SET requests = LEAST(rate_shares.requests, kept.requests), ends_at = ",
    now!(),
    " + $4 FROM UNNEST($2, $3) AS kept (connection_id, requests) \
     WHERE rate_shares.node = $1 AND rate_shares.connection_id = kept.connection_id \
         AND rate_shares.ends_at > ",
    now!(),
    " RETURNING rate_shares.connection_id, rate_shares.requests"
);
const RETURN_SHARES: &str = "DELETE FROM rate_shares WHERE node = $1 AND connection_id = ANY($2)";
/// Few at a time; the next call continues. The clock is read once, so that an index can be used.
const DELETE_ENDED_SHARES: &str = concat!(
    "DELETE FROM rate_shares WHERE (connection_id, node) IN \
     (SELECT connection_id, node FROM rate_shares WHERE ends_at < (SELECT ",
    now!(),
    ") ORDER BY ends_at LIMIT 10 FOR UPDATE SKIP LOCKED)"
);

#[async_trait]
impl SharedWorkRecords for PostgresDatabase {
    fn is_shared(&self) -> bool {
        true
    }

    async fn lead(&self, work: Work) -> Result<bool, StoreError> {
        let query = sqlx::query(LEAD)
            .bind(work.as_str())
            .bind(self.node.id())
            .bind(milliseconds(work.leadership()));
        let mut tx = self.pool.write().await?;
        let written = tx.execute(query).await?;
        tx.commit().await?;
        Ok(written == 1)
    }

    async fn extend_rate_share(
        &self,
        connection: &ConnectionId,
        held: u32,
        wanted: u32,
    ) -> Result<u32, StoreError> {
        let mut tx = self.pool.write().await?;
        let lock = sqlx::query_as(LOCK).bind(connection.as_str());
        let found: Option<(String,)> = tx.optional(lock).await?;
        if found.is_none() {
            return Ok(held);
        }
        let taken = sqlx::query_as(TAKEN)
            .bind(connection.as_str())
            .bind(self.node.id());
        let taken: Option<(i64, i64)> = tx.optional(taken).await?;
        let (others, nodes) =
            taken.map_or((0, 0), |(others, nodes)| (bounded(others), bounded(nodes)));
        let by = extension(held, wanted, others, nodes);
        let share = held + by;
        if by > 0 {
            let query = sqlx::query(SET_SHARE)
                .bind(connection.as_str())
                .bind(self.node.id())
                .bind(i64::from(share))
                .bind(milliseconds(RESERVED_FOR));
            tx.execute(query).await?;
        }
        tx.commit().await?;
        Ok(share)
    }

    async fn keep_rate_shares(&self, shares: &[RateShare]) -> Result<Vec<RateShare>, StoreError> {
        let mut sorted: Vec<_> = shares.iter().collect();
        // In one order, so that nobody waits for a row of somebody who waits for this one.
        sorted.sort_by(|one, other| one.connection.as_str().cmp(other.connection.as_str()));
        let (kept, returned): (Vec<_>, Vec<_>) =
            sorted.into_iter().partition(|share| share.requests > 0);
        let ids = |shares: &[&RateShare]| -> Vec<String> {
            let ids = shares.iter().map(|share| share.connection.to_string());
            ids.collect()
        };
        let mut tx = self.pool.write().await?;
        let mut found: Vec<(String, i64)> = Vec::new();
        if !kept.is_empty() {
            let requests: Vec<_> = kept.iter().map(|share| i64::from(share.requests)).collect();
            let query = sqlx::query_as(KEEP_SHARES)
                .bind(self.node.id())
                .bind(ids(&kept))
                .bind(requests)
                .bind(milliseconds(RESERVED_FOR));
            found = tx.all(query).await?;
        }
        if !returned.is_empty() {
            let query = sqlx::query(RETURN_SHARES)
                .bind(self.node.id())
                .bind(ids(&returned));
            tx.execute(query).await?;
        }
        tx.execute(sqlx::query(DELETE_ENDED_SHARES)).await?;
        tx.commit().await?;
        let share = |(id, requests): (String, i64)| RateShare {
            connection: ConnectionId::from_stored(id),
            requests: bounded(requests),
        };
        Ok(found.into_iter().map(share).collect())
    }
}

fn bounded(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}
