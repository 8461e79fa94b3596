//! What an administrator reads: sessions of a kind of their own, connections as a list, and the activity
//! log. No token is read for any of it.

use std::fmt;

use async_trait::async_trait;
use domain::{
    connection::Label,
    ids::{AdminSessionId, ConnectionId, EventId},
    session::{BrowserName, TokenHash},
    vault::KeyId,
};
use jiff::Timestamp;
use shared::{
    api::{
        admin::{EventKind, InstallSort, InstallStatus},
        connection::{Context, Org},
    },
    scope::Scopes,
};

use crate::{activity, store::StoreError};

/// The session of an administrator to be stored.
#[derive(Debug)]
pub struct NewAdminSession {
    /// Its id, which is not secret.
    pub id: AdminSessionId,
    /// The hash of its token.
    pub token_hash: TokenHash,
    /// The browser that signs in.
    pub browser: BrowserName,
    /// When it signs in.
    pub signed_in_at: Timestamp,
    /// When it expires. Use does not move it.
    pub expires_at: Timestamp,
}

/// The stored session of an administrator.
#[derive(Clone, Debug)]
pub struct AdminSession {
    /// Its id.
    pub id: AdminSessionId,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// A connection as an administrator sees it.
#[derive(Clone, Debug)]
pub struct InstallRecord {
    /// Its id.
    pub id: ConnectionId,
    /// The name of its group or first organization; empty if nothing is known.
    pub name: String,
    /// Whether the name is that of a group.
    pub is_group: bool,
    /// The number of its organizations.
    pub org_count: u64,
    /// Its status.
    pub status: InstallStatus,
    /// The kind of account that the app acts as.
    pub context: Option<Context>,
    /// The granted scopes.
    pub scopes: Scopes,
    /// When a person last gave consent.
    pub connected_at: Timestamp,
    /// When the token pair was last replaced.
    pub refreshed_at: Timestamp,
    /// How many times it was.
    pub generation: u64,
    /// When the access token expires.
    pub access_expires_at: Timestamp,
    /// When the refresh token expires, if Snyk said.
    pub refresh_expires_at: Option<Timestamp>,
    /// The number of live sessions that are authorized for it.
    pub browsers: u64,
}

/// A page of connections: in one order, after one of them.
#[derive(Clone, Debug)]
pub struct InstallPage {
    /// The text that a name contains or an id is.
    pub search: Option<Search>,
    /// Only connections of this status.
    pub status: Option<InstallStatus>,
    /// The order.
    pub sort: InstallSort,
    /// The last connection of the page before.
    pub after: Option<InstallCursor>,
    /// Maximum number of connections.
    pub limit: u32,
    /// The time at which sessions are live.
    pub now: Timestamp,
    /// The time since which they have been used.
    pub unused_since: Timestamp,
}

/// A row of a list. One that this version cannot read, such as one of a newer version that runs beside
/// it, has a place as well, so that the list goes on after it.
#[derive(Clone, Debug)]
pub struct Listed<R, P> {
    /// Its place in the order of the list.
    pub place: P,
    /// The record, if it can be read.
    pub record: Option<R>,
}

/// What is searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// Text in the form of [`Label::search_text`], not empty.
    pub text: String,
    /// The id of a connection.
    pub id: String,
    /// The id of an organization, as the stored list contains it.
    pub org: String,
}

/// The place of a connection in an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallCursor {
    /// The value that is sorted.
    pub key: SortKey,
    /// The connection, which orders those of one value.
    pub id: ConnectionId,
}

/// A value by which connections are sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// A name.
    Name(String),
    /// A time in milliseconds.
    Time(i64),
}

/// How many connections have which status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InstallTotals {
    /// Active ones, also those whose latest refresh failed.
    pub active: u64,
    /// Of these, those whose latest refresh failed.
    pub failing: u64,
    /// Those that a person must make again.
    pub reconnect_needed: u64,
    /// Disconnected ones that have not been removed yet.
    pub disconnected: u64,
    /// Active ones whose refresh token ends before the time that was asked for.
    pub ending: u64,
}

/// Active connections with the same scopes and key.
#[derive(Clone, Debug)]
pub struct InstallGroup {
    /// The granted scopes.
    pub scopes: Scopes,
    /// The key that their tokens are sealed with; `None` if they have none that could be told.
    pub key: Option<KeyId>,
    /// How many.
    pub count: u64,
}

/// A connection that has no label yet: it was stored by an earlier version.
#[derive(Clone, Debug)]
pub struct Undescribed {
    /// Its id.
    pub id: ConnectionId,
    /// The kind of account that the app acts as.
    pub context: Option<Context>,
    /// Its organizations; none if the stored ones cannot be read.
    pub orgs: Vec<Org>,
}

/// An event of the activity log to be stored.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Its id.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// The kind of the event.
    pub kind: EventKind,
    /// More of it.
    pub detail: String,
    /// The connection that it is about.
    pub connection: Option<ConnectionId>,
    /// The request that caused it.
    pub request_id: Option<String>,
}

/// An event of the activity log.
#[derive(Clone, Debug)]
pub struct EventRecord {
    /// The event.
    pub event: NewEvent,
    /// The name that the connection had.
    pub connection_name: String,
}

/// A page of events, the latest first.
#[derive(Clone, Debug)]
pub struct EventPage {
    /// Only events of these kinds; of every kind if there are none.
    pub kinds: Vec<EventKind>,
    /// Only events about this connection.
    pub connection: Option<ConnectionId>,
    /// Only events before this one.
    pub before: EventId,
    /// Maximum number of events.
    pub limit: u32,
}

/// Which events are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventGroup {
    /// All of them.
    All,
    /// Those of the kinds in [`activity::FREQUENT`].
    Frequent,
}

impl EventGroup {
    /// Returns the kinds of the group; none if it has all of them.
    #[must_use]
    pub const fn kinds(self) -> &'static [EventKind] {
        match self {
            Self::All => &[],
            Self::Frequent => activity::FREQUENT,
        }
    }
}

/// Reads and changes what an administrator sees. None of it is cached or sealed.
#[async_trait]
pub trait AdminRecords: fmt::Debug + Send + Sync {
    /// Inserts the session of an administrator.
    async fn insert_admin_session(&self, session: &NewAdminSession) -> Result<(), StoreError>;

    /// Returns the session of a hash, also an expired one.
    async fn admin_session(&self, token: &TokenHash) -> Result<Option<AdminSession>, StoreError>;

    /// Deletes the session of a hash. Returns whether there was one.
    async fn end_admin_session(&self, token: &TokenHash) -> Result<bool, StoreError>;

    /// Deletes at most `limit` sessions of administrators that expired before `now`.
    async fn delete_admin_sessions(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;

    /// Returns a page of connections.
    async fn installs(
        &self,
        page: &InstallPage,
    ) -> Result<Vec<Listed<InstallRecord, InstallCursor>>, StoreError>;

    /// Returns one connection. Sessions are live as in an [`InstallPage`].
    async fn install(
        &self,
        id: &ConnectionId,
        now: Timestamp,
        unused_since: Timestamp,
    ) -> Result<Option<InstallRecord>, StoreError>;

    /// Returns whether a token of a connection is still to be revoked.
    async fn has_pending_revocation(&self, id: &ConnectionId) -> Result<bool, StoreError>;

    /// Counts connections by status. A refresh token that ends before `ending` counts as ending.
    async fn install_totals(&self, ending: Timestamp) -> Result<InstallTotals, StoreError>;

    /// Counts active connections by scopes and key.
    async fn install_groups(&self) -> Result<Vec<InstallGroup>, StoreError>;

    /// Returns at most `limit` connections that have no label yet.
    async fn undescribed(&self, limit: u32) -> Result<Vec<Undescribed>, StoreError>;

    /// Stores the labels of connections that have none by now, all or none.
    async fn describe(&self, labels: &[(ConnectionId, Label)]) -> Result<(), StoreError>;

    /// Records that a refresh of a generation of an active connection failed, unless that is recorded
    /// already. It stays until the next pair is stored.
    async fn mark_refresh_failed(
        &self,
        id: &ConnectionId,
        generation: u64,
    ) -> Result<(), StoreError>;

    /// Inserts events, all or none, each with the name that its connection has.
    async fn insert_events(&self, events: &[NewEvent]) -> Result<(), StoreError>;

    /// Returns a page of events.
    async fn events(
        &self,
        page: &EventPage,
    ) -> Result<Vec<Listed<EventRecord, EventId>>, StoreError>;

    /// Returns the id of the latest event of a group that is not among its `kept` latest ones.
    async fn last_event_beyond(
        &self,
        group: EventGroup,
        kept: u32,
    ) -> Result<Option<EventId>, StoreError>;

    /// Deletes at most `limit` events of a group up to and including `last`. Returns how many.
    async fn delete_events(
        &self,
        group: EventGroup,
        last: &EventId,
        limit: u32,
    ) -> Result<u64, StoreError>;
}
