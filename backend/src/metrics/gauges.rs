//! Gauges that are set from time to time.

use prometheus_client::metrics::gauge::Gauge;

use super::registry::Named;

/// The gauges of the database.
#[derive(Debug)]
pub struct DatabaseGauges {
    up: Gauge,
    /// Open and idle.
    pool: [Gauge; 2],
    sessions: Gauge,
    /// Active, and to be made again.
    connections: [Gauge; 2],
    pending_revocations: Gauge,
}

impl DatabaseGauges {
    pub(super) fn new(all: &mut Named) -> Self {
        Self {
            up: all.add(
                "database_up",
                "Whether the database can be read and written",
                Gauge::default(),
            ),
            pool: all.each(
                "database_connections",
                "Connections of this server to the database; idle: of the open ones",
                ("state", ["open", "idle"]),
            ),
            sessions: all.add(
                "sessions",
                "Sessions; an estimate if they are many",
                Gauge::default(),
            ),
            connections: all.each(
                "connections",
                "Connections by state; estimates if they are many",
                ("state", ["active", "reconnect_needed"]),
            ),
            pending_revocations: all.add(
                "pending_revocations",
                "Revocations that Snyk has not confirmed yet",
                Gauge::default(),
            ),
        }
    }

    /// Notes whether it answered.
    pub fn checked(&self, is_up: bool) {
        self.up.set(is_up.into());
    }

    /// Notes the number of connections to it.
    pub fn pool_measured(&self, open: u32, idle: u32) {
        for (gauge, value) in self.pool.iter().zip([open, idle]) {
            gauge.set(value.into());
        }
    }

    /// Notes the number of sessions.
    pub fn sessions_counted(&self, count: u64) {
        self.sessions.set(signed(count));
    }

    /// Notes the numbers of connections.
    pub fn connections_counted(&self, active: u64, reconnect_needed: u64) {
        for (gauge, count) in self.connections.iter().zip([active, reconnect_needed]) {
            gauge.set(signed(count));
        }
    }

    /// Notes the number of pending revocations.
    pub fn revocations_counted(&self, count: u64) {
        self.pending_revocations.set(signed(count));
    }
}

fn signed(count: u64) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}
