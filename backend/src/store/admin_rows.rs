//! The rows of the administration that adapters share: converted to records, or the inconsistency is
//! named.

use domain::{
    ids::{AdminSessionId, ConnectionId, EventId},
    vault::KeyId,
};
use jiff::Timestamp;
use shared::{
    api::admin::{EventKind, InstallSort, InstallStatus},
    scope::Scopes,
};
use sqlx::FromRow;

use super::{
    database::{
        AdminSession, EventRecord, InstallCursor, InstallGroup, InstallRecord, InstallTotals,
        Listed, NewEvent, SortKey, Undescribed,
    },
    error::Inconsistent,
    rows::Column,
};

/// A connection in the list.
#[derive(FromRow)]
pub(super) struct InstallRow {
    id: String,
    name: String,
    name_key: String,
    is_group: bool,
    org_count: i64,
    status: String,
    context: Option<String>,
    scopes: String,
    connected_at: i64,
    refreshed_at: i64,
    refresh_failed_at: Option<i64>,
    generation: i64,
    access_expires_at: i64,
    refresh_expires_at: Option<i64>,
    browsers: i64,
}

impl TryFrom<InstallRow> for InstallRecord {
    type Error = Inconsistent;

    fn try_from(row: InstallRow) -> Result<Self, Inconsistent> {
        let column = Column(&row.id);
        let has_failed = row.refresh_failed_at > Some(row.refreshed_at);
        let status = match row.status.as_str() {
            "active" if has_failed => InstallStatus::RefreshFailing,
            "active" => InstallStatus::Active,
            "reconnect_needed" => InstallStatus::ReconnectNeeded,
            "disconnected" => InstallStatus::Disconnected,
            _ => return Err(column.inconsistent("status")),
        };
        Ok(Self {
            status,
            context: column.context(row.context.as_deref())?,
            scopes: Scopes::parse(&row.scopes),
            connected_at: column.time("connected_at", row.connected_at)?,
            refreshed_at: column.time("refreshed_at", row.refreshed_at)?,
            generation: column.generation(row.generation)?,
            access_expires_at: column.time("access_expires_at", row.access_expires_at)?,
            refresh_expires_at: row
                .refresh_expires_at
                .map(|at| column.time("refresh_expires_at", at))
                .transpose()?,
            org_count: row.org_count.unsigned_abs(),
            browsers: row.browsers.unsigned_abs(),
            is_group: row.is_group,
            name: row.name,
            id: ConnectionId::from_stored(row.id),
        })
    }
}

/// Creates a page of connections in this order.
pub(super) fn installs(
    sort: InstallSort,
    rows: Vec<InstallRow>,
) -> Vec<Listed<InstallRecord, InstallCursor>> {
    listed(rows, |row| InstallCursor {
        key: match sort {
            InstallSort::Name => SortKey::Name(row.name_key.clone()),
            InstallSort::Refreshed => SortKey::Time(row.refreshed_at),
            InstallSort::Connected => SortKey::Time(row.connected_at),
            InstallSort::Ending => {
                let end = row.refresh_expires_at.filter(|_| row.status == "active");
                SortKey::Time(end.unwrap_or(i64::MAX))
            }
        },
        id: ConnectionId::from_stored(row.id.clone()),
    })
}

/// Creates a page of events.
pub(super) fn events(rows: Vec<EventRow>) -> Vec<Listed<EventRecord, EventId>> {
    listed(rows, |row| EventId::from_stored(row.id.clone()))
}

/// Creates a page of a list. Rows that cannot be read are logged once for all of them.
fn listed<T, R, P>(rows: Vec<T>, place: impl Fn(&T) -> P) -> Vec<Listed<R, P>>
where
    R: TryFrom<T, Error = Inconsistent>,
{
    let mut failures = Vec::new();
    let list = |row| Listed {
        place: place(&row),
        record: R::try_from(row)
            .map_err(|failure| failures.push(failure))
            .ok(),
    };
    let page = rows.into_iter().map(list).collect();
    if let Some(first) = failures.first() {
        let count = failures.len();
        tracing::warn!(%first, count, "Rows cannot be read and are left out of a list");
    }
    page
}

/// Creates the totals from their columns.
pub(super) fn totals(row: (i64, i64, i64, i64, i64)) -> InstallTotals {
    InstallTotals {
        active: row.0.unsigned_abs(),
        failing: row.1.unsigned_abs(),
        reconnect_needed: row.2.unsigned_abs(),
        disconnected: row.3.unsigned_abs(),
        ending: row.4.unsigned_abs(),
    }
}

/// Creates a group from its columns: scopes, head of a sealed token, count.
pub(super) fn group((scopes, head, count): (String, Option<Vec<u8>>, i64)) -> InstallGroup {
    InstallGroup {
        scopes: Scopes::parse(&scopes),
        key: head.as_deref().and_then(KeyId::of_head),
        count: count.unsigned_abs(),
    }
}

/// Creates what a label is made of. Organizations that cannot be read count as none.
pub(super) fn undescribed((id, context, orgs): (String, Option<String>, String)) -> Undescribed {
    Undescribed {
        context: Column(&id).context(context.as_deref()).ok().flatten(),
        orgs: Column(&id).orgs(&orgs).unwrap_or_default(),
        id: ConnectionId::from_stored(id),
    }
}

/// Creates the session of an administrator from its columns.
pub(super) fn admin_session((id, expires_at): (String, i64)) -> Result<AdminSession, Inconsistent> {
    match Timestamp::from_millisecond(expires_at) {
        Ok(expires_at) => Ok(AdminSession {
            id: AdminSessionId::from_stored(id),
            expires_at,
        }),
        Err(_) => Err(Inconsistent {
            table: "admin_sessions",
            column: "expires_at",
            row: id,
        }),
    }
}

/// An event.
#[derive(FromRow)]
pub(super) struct EventRow {
    id: String,
    at: i64,
    kind: String,
    detail: String,
    connection_id: Option<String>,
    request_id: Option<String>,
    connection_name: String,
}

impl TryFrom<EventRow> for EventRecord {
    type Error = Inconsistent;

    fn try_from(row: EventRow) -> Result<Self, Inconsistent> {
        let inconsistent = |column| Inconsistent {
            table: "events",
            column,
            row: row.id.clone(),
        };
        let at = Timestamp::from_millisecond(row.at).map_err(|_| inconsistent("at"))?;
        let kind = EventKind::from_word(&row.kind).ok_or_else(|| inconsistent("kind"))?;
        Ok(Self {
            event: NewEvent {
                id: EventId::from_stored(row.id),
                at,
                kind,
                detail: row.detail,
                connection: row.connection_id.map(ConnectionId::from_stored),
                request_id: row.request_id,
            },
            connection_name: row.connection_name,
        })
    }
}
