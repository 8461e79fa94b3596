//! The SQL of the administration that every database understands (pure). Each value is an argument; what
//! is put together here are constants.

use shared::api::admin::{EventKind, InstallSort, InstallStatus};

use super::database::{EventGroup, EventPage, InstallCursor, InstallPage, SortKey};

/// The columns of a connection, with the number of its live sessions: `$1` is the current time, and `$2`
/// the time since which they have been used.
macro_rules! install_columns {
    () => {
        "SELECT c.id, c.name, c.name_key, c.is_group, c.org_count, c.status, c.context, c.scopes, \
             c.connected_at, c.refreshed_at, c.refresh_failed_at, c.generation, \
             c.access_expires_at, c.refresh_expires_at, \
             (SELECT COUNT(*) FROM session_connections sc JOIN sessions s ON s.id = sc.session_id \
              WHERE sc.connection_id = c.id AND s.expires_at > $1 AND s.last_used_at > $2) \
             AS browsers FROM connections c WHERE "
    };
}

/// When the refresh token of a connection ends, in the form of its index: never if it has none.
macro_rules! end {
    () => {
        "(CASE WHEN status = 'active' THEN COALESCE(refresh_expires_at, 9223372036854775807) \
         ELSE 9223372036854775807 END)"
    };
}

pub(super) const INSTALL: &str = concat!(install_columns!(), "c.id = $3");

/// Whether a token of a connection is still to be revoked.
pub(super) const HAS_REVOCATION: &str =
    "SELECT EXISTS (SELECT 1 FROM revocations WHERE connection_id = $1)";

/// The totals. Each count is one of an index.
pub(super) const TOTALS: &str = concat!(
    "SELECT \
     (SELECT COUNT(*) FROM connections WHERE status = 'active'), \
     (SELECT COUNT(*) FROM connections WHERE status = 'active' AND refresh_failed_at > refreshed_at), \
     (SELECT COUNT(*) FROM connections WHERE status <> 'active' AND status = 'reconnect_needed'), \
     (SELECT COUNT(*) FROM connections WHERE status <> 'active' AND status = 'disconnected'), \
     (SELECT COUNT(*) FROM connections WHERE ",
    end!(),
    " < $1)"
);

/// The scopes of active connections, and the head of a sealed token, which names its key.
pub(super) const GROUPS: &str = "SELECT scopes, substr(refresh_token, 1, 5) AS head, COUNT(*) \
     FROM connections WHERE status = 'active' GROUP BY scopes, substr(refresh_token, 1, 5) \
     ORDER BY COUNT(*) DESC LIMIT 10000";

pub(super) const UNDESCRIBED: &str = "SELECT id, context, orgs FROM connections \
     WHERE search_text IS NULL ORDER BY id LIMIT $1";
pub(super) const DESCRIBE: &str = "UPDATE connections SET name = $2, name_key = $3, is_group = $4, \
     org_count = $5, search_text = $6 WHERE id = $1 AND search_text IS NULL";
/// A mark that a refresh of the generation `$2` failed, which the next pair removes. A version that runs
/// beside this one compares it with the time of the refresh before, and does not remove it: so it is just
/// later, whatever the clocks of the servers say.
pub(super) const MARK_FAILED: &str = "UPDATE connections SET refresh_failed_at = refreshed_at + 1 \
     WHERE id = $1 AND status = 'active' AND generation = $2 \
     AND (refresh_failed_at IS NULL OR refresh_failed_at <= refreshed_at)";

pub(super) const INSERT_SESSION: &str = "INSERT INTO admin_sessions \
     (id, token_hash, browser, signed_in_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
pub(super) const SESSION: &str = "SELECT id, expires_at FROM admin_sessions WHERE token_hash = $1";
pub(super) const END_SESSION: &str = "DELETE FROM admin_sessions WHERE token_hash = $1";

/// An event, with the name that its connection has, or had when an earlier event told of it.
pub(super) const INSERT_EVENT: &str = "INSERT INTO events \
     (id, at, kind, detail, connection_id, request_id, connection_name) \
     VALUES ($1, $2, $3, $4, $5, $6, COALESCE((SELECT NULLIF(name, '') FROM connections WHERE id = $5), \
         (SELECT NULLIF(connection_name, '') FROM events WHERE connection_id = $5 ORDER BY id DESC LIMIT 1), '')) \
     ON CONFLICT DO NOTHING";

/// How a database spells what differs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    /// The function that finds a text in a text.
    pub(super) position: &'static str,
    /// What keeps a column from being found by an index, so that a list is read along the index of its
    /// order and needs no sort; empty where the planner knows.
    pub(super) unindexed: &'static str,
}

/// Returns the query of a page of connections. Its arguments are the time, the time since which
/// sessions have been used, the limit, the key and id of the place where it begins, and the three texts
/// of a search if there is one.
pub(super) fn installs(dialect: Dialect, page: &InstallPage) -> String {
    let (key, is_descending) = match page.sort {
        InstallSort::Name => ("name_key", false),
        InstallSort::Refreshed => ("refreshed_at", true),
        InstallSort::Ending => (end!(), false),
        InstallSort::Connected => ("connected_at", true),
    };
    let (beyond, order) = if is_descending {
        ("<", "DESC")
    } else {
        (">", "ASC")
    };
    let unindexed = dialect.unindexed;
    // The index of connections that are not active has the names in their order. It is named by its
    // condition, since SQLite finds it by nothing else.
    let inactive = match page.sort {
        InstallSort::Name => " AND status <> 'active' AND status = ".to_owned(),
        _ => format!(" AND {unindexed}status = "),
    };
    let status = match page.status {
        None => String::new(),
        Some(InstallStatus::Active) => format!(
            " AND {unindexed}status = 'active' \
             AND (refresh_failed_at IS NULL OR refresh_failed_at <= refreshed_at)"
        ),
        Some(InstallStatus::RefreshFailing) => {
            " AND status = 'active' AND refresh_failed_at > refreshed_at".to_owned()
        }
        Some(InstallStatus::ReconnectNeeded) => format!("{inactive}'reconnect_needed'"),
        Some(InstallStatus::Disconnected) => format!("{inactive}'disconnected'"),
    };
    let search = if page.search.is_some() {
        let position = dialect.position;
        format!(" AND ({position}(search_text, $6) > 0 OR id = $7 OR {position}(orgs, $8) > 0)")
    } else {
        String::new()
    };
    format!(
        "{}{key} {beyond}= $4 AND ({key} {beyond} $4 OR id {beyond} $5){status}{search} \
         ORDER BY {key} {order}, id {order} LIMIT $3",
        install_columns!()
    )
}

/// Returns the place where a page begins.
pub(super) fn begin(page: &InstallPage) -> InstallCursor {
    use domain::ids::ConnectionId;
    page.after.clone().unwrap_or_else(|| InstallCursor {
        key: match page.sort {
            InstallSort::Name => SortKey::Name(String::new()),
            InstallSort::Ending => SortKey::Time(i64::MIN),
            InstallSort::Refreshed | InstallSort::Connected => SortKey::Time(i64::MAX),
        },
        id: ConnectionId::presented(""),
    })
}

/// Returns the query of a page of events. Its arguments are the event that it is before, the limit, and
/// the connection if there is one.
pub(super) fn events(page: &EventPage) -> String {
    let kinds = of_kinds(&page.kinds);
    let connection = match page.connection {
        Some(_) => " AND connection_id = $3",
        None => "",
    };
    format!(
        "SELECT id, at, kind, detail, connection_id, request_id, connection_name FROM events \
         WHERE id < $1{connection}{kinds} ORDER BY id DESC LIMIT $2"
    )
}

/// Returns the condition of these kinds of events, behind another one; of all kinds without any.
fn of_kinds(kinds: &[EventKind]) -> String {
    if kinds.is_empty() {
        return String::new();
    }
    let quoted: Vec<_> = kinds
        .iter()
        .map(|kind| format!("'{}'", kind.as_str()))
        .collect();
    format!(" AND kind IN ({})", quoted.join(", "))
}

/// Returns the query of the latest event that is not among a number of the latest ones.
pub(super) fn last_beyond(group: EventGroup) -> String {
    let kinds = of_kinds(group.kinds());
    format!("SELECT id FROM events WHERE id > ''{kinds} ORDER BY id DESC LIMIT 1 OFFSET $1")
}

/// Returns the query of the earliest events up to `$1`, at most `$2`.
pub(super) fn earliest(group: EventGroup) -> String {
    let kinds = of_kinds(group.kinds());
    format!("SELECT id FROM events WHERE id <= $1{kinds} ORDER BY id LIMIT $2")
}
