//! Reads of connections in SQLite.

use async_trait::async_trait;
use domain::{
    connection::{Connection, Consent},
    ids::{ConnectionId, SessionId},
};
use jiff::Timestamp;

use super::SqliteDatabase;
use crate::store::{
    LastRefresh, SealedToken, SealedTokens, StoreError,
    database::ConnectionRecords,
    error::Inconsistent,
    rows::{BY_LAST_REFRESH, ConnectionRow, LastRefreshRow, consent, cursor},
};

#[async_trait]
impl ConnectionRecords for SqliteDatabase {
    async fn connection(
        &self,
        id: &ConnectionId,
    ) -> Result<Option<Connection<SealedTokens>>, StoreError> {
        let row: Option<ConnectionRow> = sqlx::query_as("SELECT * FROM connections WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(TryInto::try_into).transpose()?)
    }

    async fn connections_of(
        &self,
        session: &SessionId,
    ) -> Result<Vec<Connection<SealedTokens>>, StoreError> {
        let rows: Vec<ConnectionRow> = sqlx::query_as(
            "SELECT c.* FROM connections c \
             JOIN session_connections s ON s.connection_id = c.id \
             WHERE s.session_id = $1 ORDER BY c.connected_at DESC, c.id",
        )
        .bind(session.as_str())
        .fetch_all(&self.readers)
        .await?;
        let connections: Result<_, Inconsistent> =
            rows.into_iter().map(TryInto::try_into).collect();
        Ok(connections?)
    }

    async fn authorized(
        &self,
        session: &SessionId,
        id: &ConnectionId,
    ) -> Result<Option<Connection<SealedTokens>>, StoreError> {
        let row: Option<ConnectionRow> = sqlx::query_as(
            "SELECT c.* FROM connections c \
             JOIN session_connections s ON s.connection_id = c.id \
             WHERE s.session_id = $1 AND c.id = $2",
        )
        .bind(session.as_str())
        .bind(id.as_str())
        .fetch_optional(&self.readers)
        .await?;
        Ok(row.map(TryInto::try_into).transpose()?)
    }

    async fn newest_tokens(&self) -> Result<Option<SealedTokens>, StoreError> {
        let row: Option<(Option<Vec<u8>>, Option<Vec<u8>>)> = sqlx::query_as(
            "SELECT access_token, refresh_token FROM connections WHERE status = 'active' \
             ORDER BY refreshed_at DESC LIMIT 1",
        )
        .fetch_optional(&self.readers)
        .await?;
        Ok(row.and_then(|(access, refresh)| {
            Some(SealedTokens {
                access: SealedToken::from_stored(access?),
                refresh: SealedToken::from_stored(refresh?),
            })
        }))
    }

    async fn due_accounts(&self, now: Timestamp, limit: u32) -> Result<Vec<Consent>, StoreError> {
        let due: Vec<(String, i64)> = sqlx::query_as(
            "SELECT id, connected_at FROM connections WHERE orgs_due_at <= $1 AND status = 'active' \
                 AND unreached_since IS NULL \
                 AND (orgs_complete = 0 OR orgs_tries > 0 OR refreshed_at > orgs_read_at) \
             ORDER BY orgs_due_at LIMIT $2",
        )
        .bind(now.as_millisecond())
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        let due: Result<_, Inconsistent> = due.into_iter().map(consent).collect();
        Ok(due?)
    }

    async fn by_last_refresh(
        &self,
        after: Option<&LastRefresh>,
        limit: u32,
    ) -> Result<Vec<LastRefresh>, StoreError> {
        let (refreshed_at, id) = cursor(after);
        let rows: Vec<LastRefreshRow> = sqlx::query_as(BY_LAST_REFRESH)
            .bind(refreshed_at)
            .bind(id)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        let connections: Result<_, Inconsistent> =
            rows.into_iter().map(TryInto::try_into).collect();
        Ok(connections?)
    }
}
