//! The rows that adapters share: converted to records, or the inconsistency is named.

use std::time::Duration;

use domain::{
    connection::{Connection, Consent, State, Subject},
    ids::{ConnectionId, SessionId},
    session::{BrowserName, ListedSession, StoredSession},
};
use jiff::Timestamp;
use shared::{
    api::connection::{Context, Org},
    scope::Scopes,
};
use sqlx::FromRow;

use super::{
    database::{ExistingConnection, RefreshTokenRecord, SealedToken, SealedTokens},
    error::Inconsistent,
    last_refresh::LastRefresh,
};

/// A row of `connections`.
#[derive(FromRow)]
pub(super) struct ConnectionRow {
    id: String,
    subject: String,
    status: String,
    context: Option<String>,
    orgs: String,
    orgs_complete: bool,
    orgs_tries: i64,
    scopes: String,
    connected_at: i64,
    refreshed_at: i64,
    generation: i64,
    access_expires_at: i64,
    refresh_expires_at: Option<i64>,
    access_token: Option<Vec<u8>>,
    refresh_token: Option<Vec<u8>>,
}

/// The columns of `connections` that an [`ExistingConnection`] has.
#[derive(FromRow)]
pub(super) struct ExistingRow {
    id: String,
    subject: String,
    status: String,
    context: Option<String>,
    orgs: String,
    generation: i64,
    connected_at: i64,
    is_leased: bool,
}

impl TryFrom<ConnectionRow> for Connection<SealedTokens> {
    type Error = Inconsistent;

    fn try_from(row: ConnectionRow) -> Result<Self, Inconsistent> {
        let column = Column(&row.id);
        let tokens = match (row.access_token, row.refresh_token) {
            (Some(access), Some(refresh)) => Some(SealedTokens {
                access: SealedToken::from_stored(access),
                refresh: SealedToken::from_stored(refresh),
            }),
            (None, None) => None,
            _ => return Err(column.inconsistent("status")),
        };
        let state = match (column.state(&row.status)?, tokens) {
            (State::Active(()), Some(tokens)) => State::Active(tokens),
            (State::ReconnectNeeded, None) => State::ReconnectNeeded,
            (State::Disconnected, None) => State::Disconnected,
            _ => return Err(column.inconsistent("status")),
        };
        Ok(Self {
            context: column.context(row.context.as_deref())?,
            orgs: column.orgs(&row.orgs)?,
            orgs_complete: row.orgs_complete,
            orgs_tries: u32::try_from(row.orgs_tries)
                .map_err(|_| column.inconsistent("orgs_tries"))?,
            scopes: Scopes::parse(&row.scopes),
            connected_at: column.time("connected_at", row.connected_at)?,
            refreshed_at: column.time("refreshed_at", row.refreshed_at)?,
            generation: column.generation(row.generation)?,
            access_expires_at: column.time("access_expires_at", row.access_expires_at)?,
            refresh_expires_at: row
                .refresh_expires_at
                .map(|at| column.time("refresh_expires_at", at))
                .transpose()?,
            state,
            subject: Subject::from_stored(row.subject),
            id: ConnectionId::from_stored(row.id),
        })
    }
}

impl TryFrom<ExistingRow> for ExistingConnection {
    type Error = Inconsistent;

    fn try_from(row: ExistingRow) -> Result<Self, Inconsistent> {
        let column = Column(&row.id);
        Ok(Self {
            state: column.state(&row.status)?,
            context: column.context(row.context.as_deref())?,
            orgs: column.orgs(&row.orgs),
            generation: column.generation(row.generation)?,
            connected_at: column.time("connected_at", row.connected_at)?,
            is_leased: row.is_leased,
            subject: Subject::from_stored(row.subject),
            id: ConnectionId::from_stored(row.id),
        })
    }
}

/// Parses the columns of the connection with this id.
pub(super) struct Column<'a>(pub(super) &'a str);

impl Column<'_> {
    pub(super) fn inconsistent(&self, column: &'static str) -> Inconsistent {
        Inconsistent {
            table: "connections",
            column,
            row: self.0.to_owned(),
        }
    }

    fn state(&self, status: &str) -> Result<State<()>, Inconsistent> {
        match status {
            "active" => Ok(State::Active(())),
            "reconnect_needed" => Ok(State::ReconnectNeeded),
            "disconnected" => Ok(State::Disconnected),
            _ => Err(self.inconsistent("status")),
        }
    }

    pub(super) fn context(&self, context: Option<&str>) -> Result<Option<Context>, Inconsistent> {
        match context {
            None => Ok(None),
            Some("tenant") => Ok(Some(Context::Tenant)),
            Some("user") => Ok(Some(Context::User)),
            Some(_) => Err(self.inconsistent("context")),
        }
    }

    pub(super) fn orgs(&self, orgs: &str) -> Result<Vec<Org>, Inconsistent> {
        serde_json::from_str(orgs).map_err(|_| self.inconsistent("orgs"))
    }

    pub(super) fn generation(&self, generation: i64) -> Result<u64, Inconsistent> {
        u64::try_from(generation).map_err(|_| self.inconsistent("generation"))
    }

    pub(super) fn time(&self, column: &'static str, ms: i64) -> Result<Timestamp, Inconsistent> {
        Timestamp::from_millisecond(ms).map_err(|_| self.inconsistent(column))
    }
}

/// Creates the record of a refresh token from its columns.
pub(super) fn refresh_token(
    token: Option<Vec<u8>>,
    expires_at: Option<i64>,
    is_leased: bool,
) -> RefreshTokenRecord {
    RefreshTokenRecord {
        token: token.map(SealedToken::from_stored),
        expires_at: expires_at.and_then(|at| Timestamp::from_millisecond(at).ok()),
        is_leased,
    }
}

/// Creates a consent from the id of its connection and its time.
pub(super) fn consent((id, at): (String, i64)) -> Result<Consent, Inconsistent> {
    Ok(Consent {
        at: Column(&id).time("connected_at", at)?,
        connection: ConnectionId::from_stored(id),
    })
}

/// Creates a session from its id, its last use and its end.
pub(super) fn session(
    id: &str,
    last_used_at: i64,
    expires_at: i64,
) -> Result<StoredSession, Inconsistent> {
    Ok(StoredSession {
        last_used_at: session_time(id, "last_used_at", last_used_at)?,
        expires_at: session_time(id, "expires_at", expires_at)?,
        id: SessionId::from_stored(id.to_owned()),
    })
}

fn session_time(id: &str, column: &'static str, ms: i64) -> Result<Timestamp, Inconsistent> {
    Timestamp::from_millisecond(ms).map_err(|_| Inconsistent {
        table: "sessions",
        column,
        row: id.to_owned(),
    })
}

/// The columns of `sessions` that a [`ListedSession`] has.
#[derive(FromRow)]
pub(super) struct ListedRow {
    id: String,
    browser: String,
    signed_in_at: i64,
    last_used_at: i64,
    expires_at: i64,
}

impl TryFrom<ListedRow> for ListedSession {
    type Error = Inconsistent;

    fn try_from(row: ListedRow) -> Result<Self, Inconsistent> {
        Ok(Self {
            browser: BrowserName::from_stored(&row.browser),
            signed_in_at: session_time(&row.id, "signed_in_at", row.signed_in_at)?,
            last_used_at: session_time(&row.id, "last_used_at", row.last_used_at)?,
            expires_at: session_time(&row.id, "expires_at", row.expires_at)?,
            id: SessionId::from_stored(row.id),
        })
    }
}

/// Returns the milliseconds of the lifetime of a lease.
pub(super) fn milliseconds(lifetime: Duration) -> i64 {
    u32::try_from(lifetime.as_millis()).map_or(i64::from(u32::MAX), i64::from)
}

/// Returns the stored form of a state.
pub(super) fn status_text<T>(state: &State<T>) -> &'static str {
    match state {
        State::Active(_) => "active",
        State::ReconnectNeeded => "reconnect_needed",
        State::Disconnected => "disconnected",
    }
}

/// Returns the stored form of a context.
pub(super) fn context_text(context: Context) -> &'static str {
    match context {
        Context::Tenant => "tenant",
        Context::User => "user",
    }
}

/// Returns the stored form of the organizations of a connection.
pub(super) fn orgs_text(id: &ConnectionId, orgs: &[Org]) -> Result<String, Inconsistent> {
    serde_json::to_string(orgs).map_err(|_| Column(id.as_str()).inconsistent("orgs"))
}

/// A page, found by an index. Connections of one moment are in the order of their ids.
pub(super) const BY_LAST_REFRESH: &str = "SELECT id, generation, refreshed_at, refresh_expires_at, \
     unreached_since FROM connections \
     WHERE status = 'active' AND refreshed_at >= $1 AND (refreshed_at > $1 OR id > $2) \
     ORDER BY refreshed_at, id LIMIT $3";

/// Returns the values that begin a page.
pub(super) fn cursor(after: Option<&LastRefresh>) -> (i64, &str) {
    after.map_or((i64::MIN, ""), |last| {
        (last.refreshed_at.as_millisecond(), last.id.as_str())
    })
}

/// A row of a page.
#[derive(Debug, FromRow)]
pub(super) struct LastRefreshRow {
    id: String,
    generation: i64,
    refreshed_at: i64,
    refresh_expires_at: Option<i64>,
    unreached_since: Option<i64>,
}

impl TryFrom<LastRefreshRow> for LastRefresh {
    type Error = Inconsistent;

    fn try_from(row: LastRefreshRow) -> Result<Self, Inconsistent> {
        let time = |column, value| Column(&row.id).time(column, value);
        Ok(Self {
            generation: row.generation.cast_unsigned(),
            refreshed_at: time("refreshed_at", row.refreshed_at)?,
            refresh_expires_at: row
                .refresh_expires_at
                .map(|at| time("refresh_expires_at", at))
                .transpose()?,
            is_reached: row.unreached_since.is_none(),
            id: ConnectionId::from_stored(row.id),
        })
    }
}
