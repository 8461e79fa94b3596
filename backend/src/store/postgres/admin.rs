//! What an administrator reads and changes, in PostgreSQL.

use async_trait::async_trait;
use domain::{
    connection::Label,
    ids::{ConnectionId, EventId},
    session::TokenHash,
};
use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::PostgresDatabase;
use crate::store::{
    StoreError, admin_rows,
    admin_rows::{EventRow, InstallRow},
    admin_sql::{self, Dialect},
    database::{
        AdminRecords, AdminSession, EventGroup, EventPage, EventRecord, InstallCursor,
        InstallGroup, InstallPage, InstallRecord, InstallTotals, Listed, NewAdminSession, NewEvent,
        SortKey, Undescribed,
    },
};

const DIALECT: Dialect = Dialect {
    position: "strpos",
    unindexed: "",
};
/// The deletions of a sweep, which pass over rows that another node is deleting.
const DELETE_SESSIONS: &str = "DELETE FROM admin_sessions WHERE id = ANY(ARRAY(\
     SELECT id FROM admin_sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 \
     FOR UPDATE SKIP LOCKED))";
fn delete_events(group: EventGroup) -> String {
    let earliest = admin_sql::earliest(group);
    format!("DELETE FROM events WHERE id = ANY(ARRAY({earliest} FOR UPDATE SKIP LOCKED))")
}

impl PostgresDatabase {
    async fn run(
        &self,
        query: sqlx::query::Query<'_, sqlx::Postgres, sqlx::postgres::PgArguments>,
    ) -> Result<u64, StoreError> {
        let mut tx = self.pool.write().await?;
        let done = tx.execute(query).await?;
        tx.commit().await?;
        Ok(done)
    }
}

#[async_trait]
impl AdminRecords for PostgresDatabase {
    async fn insert_admin_session(&self, session: &NewAdminSession) -> Result<(), StoreError> {
        let query = sqlx::query(admin_sql::INSERT_SESSION)
            .bind(session.id.as_str())
            .bind(session.token_hash.as_bytes())
            .bind(session.browser.to_string())
            .bind(session.signed_in_at.as_millisecond())
            .bind(session.expires_at.as_millisecond());
        self.run(query).await?;
        Ok(())
    }

    async fn admin_session(&self, token: &TokenHash) -> Result<Option<AdminSession>, StoreError> {
        let query = sqlx::query_as(admin_sql::SESSION).bind(token.as_bytes());
        let row: Option<(String, i64)> = self.pool.read().await?.optional(query).await?;
        Ok(row.map(admin_rows::admin_session).transpose()?)
    }

    async fn end_admin_session(&self, token: &TokenHash) -> Result<bool, StoreError> {
        let query = sqlx::query(admin_sql::END_SESSION).bind(token.as_bytes());
        Ok(self.run(query).await? > 0)
    }

    async fn delete_admin_sessions(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let query = sqlx::query(DELETE_SESSIONS)
            .bind(now.as_millisecond())
            .bind(i64::from(limit));
        self.run(query).await
    }

    async fn installs(
        &self,
        page: &InstallPage,
    ) -> Result<Vec<Listed<InstallRecord, InstallCursor>>, StoreError> {
        let begin = admin_sql::begin(page);
        let mut query = sqlx::query_as(AssertSqlSafe(admin_sql::installs(DIALECT, page)))
            .bind(page.now.as_millisecond())
            .bind(page.unused_since.as_millisecond())
            .bind(i64::from(page.limit));
        query = match begin.key {
            SortKey::Name(name) => query.bind(name),
            SortKey::Time(time) => query.bind(time),
        };
        query = query.bind(begin.id.to_string());
        if let Some(search) = &page.search {
            query = query.bind(&search.text).bind(&search.id).bind(&search.org);
        }
        let rows: Vec<InstallRow> = self.pool.read().await?.all(query).await?;
        Ok(admin_rows::installs(page.sort, rows))
    }

    async fn install(
        &self,
        id: &ConnectionId,
        now: Timestamp,
        unused_since: Timestamp,
    ) -> Result<Option<InstallRecord>, StoreError> {
        let query = sqlx::query_as(admin_sql::INSTALL)
            .bind(now.as_millisecond())
            .bind(unused_since.as_millisecond())
            .bind(id.as_str());
        let row: Option<InstallRow> = self.pool.read().await?.optional(query).await?;
        Ok(row.map(TryInto::try_into).transpose()?)
    }

    async fn has_pending_revocation(&self, id: &ConnectionId) -> Result<bool, StoreError> {
        let query = sqlx::query_as(admin_sql::HAS_REVOCATION).bind(id.as_str());
        let row: Option<(bool,)> = self.pool.read().await?.optional(query).await?;
        Ok(row.is_some_and(|(found,)| found))
    }

    async fn install_totals(&self, ending: Timestamp) -> Result<InstallTotals, StoreError> {
        let query = sqlx::query_as(admin_sql::TOTALS).bind(ending.as_millisecond());
        let row = self.pool.read().await?.optional(query).await?;
        // The statement returns a row, or fails.
        Ok(admin_rows::totals(row.ok_or(sqlx::Error::RowNotFound)?))
    }

    async fn install_groups(&self) -> Result<Vec<InstallGroup>, StoreError> {
        let query = sqlx::query_as(admin_sql::GROUPS);
        let rows: Vec<_> = self.pool.read().await?.all(query).await?;
        Ok(rows.into_iter().map(admin_rows::group).collect())
    }

    async fn undescribed(&self, limit: u32) -> Result<Vec<Undescribed>, StoreError> {
        let query = sqlx::query_as(admin_sql::UNDESCRIBED).bind(i64::from(limit));
        let rows: Vec<_> = self.pool.read().await?.all(query).await?;
        Ok(rows.into_iter().map(admin_rows::undescribed).collect())
    }

    async fn describe(&self, labels: &[(ConnectionId, Label)]) -> Result<(), StoreError> {
        let mut tx = self.pool.write().await?;
        for (id, label) in labels {
            let query = sqlx::query(admin_sql::DESCRIBE)
                .bind(id.as_str())
                .bind(&label.name)
                .bind(&label.name_key)
                .bind(label.is_group)
                .bind(i64::from(label.org_count))
                .bind(&label.search_text);
            tx.execute(query).await?;
        }
        tx.commit().await
    }

    async fn mark_refresh_failed(
        &self,
        id: &ConnectionId,
        generation: u64,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(admin_sql::MARK_FAILED)
            .bind(id.as_str())
            .bind(generation.cast_signed());
        self.run(query).await?;
        Ok(())
    }

    async fn insert_events(&self, events: &[NewEvent]) -> Result<(), StoreError> {
        let mut tx = self.pool.write().await?;
        for event in events {
            let query = sqlx::query(admin_sql::INSERT_EVENT)
                .bind(event.id.as_str())
                .bind(event.at.as_millisecond())
                .bind(event.kind.as_str())
                .bind(&event.detail)
                .bind(event.connection.as_ref().map(ConnectionId::as_str))
                .bind(&event.request_id);
            tx.execute(query).await?;
        }
        tx.commit().await
    }

    async fn events(
        &self,
        page: &EventPage,
    ) -> Result<Vec<Listed<EventRecord, EventId>>, StoreError> {
        let mut query = sqlx::query_as(AssertSqlSafe(admin_sql::events(page)))
            .bind(page.before.as_str())
            .bind(i64::from(page.limit));
        if let Some(connection) = &page.connection {
            query = query.bind(connection.as_str());
        }
        let rows: Vec<EventRow> = self.pool.read().await?.all(query).await?;
        Ok(admin_rows::events(rows))
    }

    async fn last_event_beyond(
        &self,
        group: EventGroup,
        kept: u32,
    ) -> Result<Option<EventId>, StoreError> {
        let query =
            sqlx::query_as(AssertSqlSafe(admin_sql::last_beyond(group))).bind(i64::from(kept));
        let row: Option<(String,)> = self.pool.read().await?.optional(query).await?;
        Ok(row.map(|(id,)| EventId::from_stored(id)))
    }

    async fn delete_events(
        &self,
        group: EventGroup,
        last: &EventId,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let query = sqlx::query(AssertSqlSafe(delete_events(group)))
            .bind(last.as_str())
            .bind(i64::from(limit));
        self.run(query).await
    }
}
