//! Connections in the order of their last refresh: the statement and the row that all databases have.

use domain::ids::ConnectionId;
use jiff::{SignedDuration, Timestamp};
use sqlx::FromRow;

use super::{error::Inconsistent, rows::Column};

/// When a connection was last refreshed, and what follows from that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastRefresh {
    /// The connection.
    pub id: ConnectionId,
    /// Its generation.
    pub generation: u64,
    /// When its token pair was issued.
    pub refreshed_at: Timestamp,
    /// When its refresh token expires, if the provider said so.
    pub refresh_expires_at: Option<Timestamp>,
    /// Whether a session is authorized for it, as far as that has been noticed.
    pub is_reached: bool,
}

impl LastRefresh {
    /// Returns whether three quarters of the lifetime of the refresh token have passed.
    #[must_use]
    pub fn nears_its_end(&self, now: Timestamp) -> bool {
        self.refresh_expires_at.is_some_and(|expires_at| {
            let lifetime = expires_at.duration_since(self.refreshed_at);
            let quarter = lifetime / 4;
            expires_at.duration_since(now) <= quarter.max(SignedDuration::ZERO)
        })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_token_nears_its_end_in_the_last_quarter_of_its_lifetime() {
        let at = |seconds| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        let connection = |lifetime: Option<i64>| LastRefresh {
            id: ConnectionId::presented("c"),
            generation: 0,
            refreshed_at: at(0),
            refresh_expires_at: lifetime.map(at),
            is_reached: true,
        };
        for (lifetime, now, nears) in [
            (Some(400), 299, false),
            (Some(400), 300, true),
            (Some(400), 900, true),
            (Some(0), 0, true),
            (Some(-5), 0, true),
            (None, 1_000_000_000, false),
        ] {
            assert_eq!(
                connection(lifetime).nears_its_end(at(now)),
                nears,
                "{lifetime:?} {now}"
            );
        }
    }
}
