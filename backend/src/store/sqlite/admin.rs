//! What an administrator reads and changes, in SQLite.

use async_trait::async_trait;
use domain::{
    connection::Label,
    ids::{ConnectionId, EventId},
    session::TokenHash,
};
use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::SqliteDatabase;
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
    position: "instr",
    unindexed: "+",
};
const DELETE_SESSIONS: &str = "DELETE FROM admin_sessions WHERE id IN \
     (SELECT id FROM admin_sessions WHERE expires_at < $1 LIMIT $2)";
fn delete_events(group: EventGroup) -> String {
    format!(
        "DELETE FROM events WHERE id IN ({})",
        admin_sql::earliest(group)
    )
}

#[async_trait]
impl AdminRecords for SqliteDatabase {
    async fn insert_admin_session(&self, session: &NewAdminSession) -> Result<(), StoreError> {
        sqlx::query(admin_sql::INSERT_SESSION)
            .bind(session.id.as_str())
            .bind(session.token_hash.as_bytes())
            .bind(session.browser.to_string())
            .bind(session.signed_in_at.as_millisecond())
            .bind(session.expires_at.as_millisecond())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn admin_session(&self, token: &TokenHash) -> Result<Option<AdminSession>, StoreError> {
        let row: Option<(String, i64)> = sqlx::query_as(admin_sql::SESSION)
            .bind(token.as_bytes())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(admin_rows::admin_session).transpose()?)
    }

    async fn end_admin_session(&self, token: &TokenHash) -> Result<bool, StoreError> {
        let done = sqlx::query(admin_sql::END_SESSION)
            .bind(token.as_bytes())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn delete_admin_sessions(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let done = sqlx::query(DELETE_SESSIONS)
            .bind(now.as_millisecond())
            .bind(limit)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }

    async fn installs(
        &self,
        page: &InstallPage,
    ) -> Result<Vec<Listed<InstallRecord, InstallCursor>>, StoreError> {
        let begin = admin_sql::begin(page);
        let mut query = sqlx::query_as(AssertSqlSafe(admin_sql::installs(DIALECT, page)))
            .bind(page.now.as_millisecond())
            .bind(page.unused_since.as_millisecond())
            .bind(page.limit);
        query = match begin.key {
            SortKey::Name(name) => query.bind(name),
            SortKey::Time(time) => query.bind(time),
        };
        query = query.bind(begin.id.to_string());
        if let Some(search) = &page.search {
            query = query.bind(&search.text).bind(&search.id).bind(&search.org);
        }
        let rows: Vec<InstallRow> = query.fetch_all(&self.readers).await?;
        Ok(admin_rows::installs(page.sort, rows))
    }

    async fn install(
        &self,
        id: &ConnectionId,
        now: Timestamp,
        unused_since: Timestamp,
    ) -> Result<Option<InstallRecord>, StoreError> {
        let row: Option<InstallRow> = sqlx::query_as(admin_sql::INSTALL)
            .bind(now.as_millisecond())
            .bind(unused_since.as_millisecond())
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(TryInto::try_into).transpose()?)
    }

    async fn has_pending_revocation(&self, id: &ConnectionId) -> Result<bool, StoreError> {
        let (found,) = sqlx::query_as(admin_sql::HAS_REVOCATION)
            .bind(id.as_str())
            .fetch_one(&self.readers)
            .await?;
        Ok(found)
    }

    async fn install_totals(&self, ending: Timestamp) -> Result<InstallTotals, StoreError> {
        let row = sqlx::query_as(admin_sql::TOTALS)
            .bind(ending.as_millisecond())
            .fetch_one(&self.readers)
            .await?;
        Ok(admin_rows::totals(row))
    }

    async fn install_groups(&self) -> Result<Vec<InstallGroup>, StoreError> {
        let rows: Vec<_> = sqlx::query_as(admin_sql::GROUPS)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(admin_rows::group).collect())
    }

    async fn undescribed(&self, limit: u32) -> Result<Vec<Undescribed>, StoreError> {
        let rows: Vec<_> = sqlx::query_as(admin_sql::UNDESCRIBED)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(admin_rows::undescribed).collect())
    }

    async fn describe(&self, labels: &[(ConnectionId, Label)]) -> Result<(), StoreError> {
        let mut tx = self.begin_immediate().await?;
        for (id, label) in labels {
            sqlx::query(admin_sql::DESCRIBE)
                .bind(id.as_str())
                .bind(&label.name)
                .bind(&label.name_key)
                .bind(label.is_group)
                .bind(label.org_count)
                .bind(&label.search_text)
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    async fn mark_refresh_failed(
        &self,
        id: &ConnectionId,
        generation: u64,
    ) -> Result<(), StoreError> {
        sqlx::query(admin_sql::MARK_FAILED)
            .bind(id.as_str())
            .bind(generation.cast_signed())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn insert_events(&self, events: &[NewEvent]) -> Result<(), StoreError> {
        let mut tx = self.begin_immediate().await?;
        for event in events {
            sqlx::query(admin_sql::INSERT_EVENT)
                .bind(event.id.as_str())
                .bind(event.at.as_millisecond())
                .bind(event.kind.as_str())
                .bind(&event.detail)
                .bind(event.connection.as_ref().map(ConnectionId::as_str))
                .bind(&event.request_id)
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    async fn events(
        &self,
        page: &EventPage,
    ) -> Result<Vec<Listed<EventRecord, EventId>>, StoreError> {
        let mut query = sqlx::query_as(AssertSqlSafe(admin_sql::events(page)))
            .bind(page.before.as_str())
            .bind(page.limit);
        if let Some(connection) = &page.connection {
            query = query.bind(connection.as_str());
        }
        let rows: Vec<EventRow> = query.fetch_all(&self.readers).await?;
        Ok(admin_rows::events(rows))
    }

    async fn last_event_beyond(
        &self,
        group: EventGroup,
        kept: u32,
    ) -> Result<Option<EventId>, StoreError> {
        let row: Option<(String,)> = sqlx::query_as(AssertSqlSafe(admin_sql::last_beyond(group)))
            .bind(kept)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(|(id,)| EventId::from_stored(id)))
    }

    async fn delete_events(
        &self,
        group: EventGroup,
        last: &EventId,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let done = sqlx::query(AssertSqlSafe(delete_events(group)))
            .bind(last.as_str())
            .bind(limit)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::ConnectionId;
    use shared::api::admin::{InstallSort, InstallStatus};

    use super::*;
    use crate::store::database::Search;

    async fn plan(database: &SqliteDatabase, sql: &str) -> String {
        let sql = format!("EXPLAIN QUERY PLAN {sql}");
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(AssertSqlSafe(sql))
            .fetch_all(&database.readers)
            .await
            .unwrap();
        let steps: Vec<_> = rows.into_iter().map(|(.., step)| step).collect();
        steps.join("; ")
    }

    #[tokio::test]
    async fn each_list_is_read_along_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let database = SqliteDatabase::open(&folder.path().join("app.db")).await;
        let database = database.unwrap();
        let search = Search {
            text: "x".to_owned(),
            id: "X".to_owned(),
            org: "x".to_owned(),
        };
        for (sort, index) in [
            (InstallSort::Name, "USING INDEX connections_"),
            (InstallSort::Refreshed, "connections_by_refresh"),
            (InstallSort::Ending, "connections_by_end"),
            (InstallSort::Connected, "connections_by_connect"),
        ] {
            for status in [
                None,
                Some(InstallStatus::Active),
                Some(InstallStatus::ReconnectNeeded),
            ] {
                for search in [None, Some(search.clone())] {
                    let page = InstallPage {
                        search,
                        status,
                        sort,
                        after: None,
                        limit: 9,
                        now: Timestamp::UNIX_EPOCH,
                        unused_since: Timestamp::UNIX_EPOCH,
                    };
                    let plan = plan(&database, &admin_sql::installs(DIALECT, &page)).await;
                    assert!(plan.contains(index), "{sort:?} {status:?}: {plan}");
                    assert!(!plan.contains("TEMP B-TREE"), "{sort:?} {status:?}: {plan}");
                }
            }
        }
        for connection in [None, Some(ConnectionId::generate())] {
            let page = EventPage {
                kinds: vec![shared::api::admin::EventKind::Swept],
                connection,
                before: EventId::last(),
                limit: 9,
            };
            let plan = plan(&database, &admin_sql::events(&page)).await;
            assert!(plan.starts_with("SEARCH events"), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
        for sql in [
            &delete_events(EventGroup::All),
            &delete_events(EventGroup::Frequent),
            DELETE_SESSIONS,
            admin_sql::UNDESCRIBED,
            admin_sql::TOTALS,
        ] {
            let plan = plan(&database, sql).await;
            let is_scan = plan.split("; ").any(|step| {
                step.starts_with("SCAN") && !step.contains("INDEX") && !step.contains("CONSTANT")
            });
            assert!(!is_scan, "{sql}: {plan}");
        }
    }
}
