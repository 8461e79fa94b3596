//! Background work and rates that the nodes of a database share.

use std::time::Duration;

use domain::ids::ConnectionId;

/// Background work that one node at a time does for all: its leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Expired sessions and claims are removed.
    Expired,
    /// Connections that nobody reaches are ended.
    Orphans,
    /// Pending revocations are sent.
    Revocations,
    /// Accounts that are due are read.
    Accounts,
    /// Unused connections are refreshed.
    UnusedConnections,
}

impl Work {
    /// Returns the word of the work in a database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Orphans => "orphans",
            Self::Revocations => "revocations",
            Self::Accounts => "accounts",
            Self::UnusedConnections => "unused_connections",
        }
    }

    /// Returns how long a node stays the leader without saying so again: longer than the interval at
    /// which the work is done. The work of one that dies waits for so long.
    #[must_use]
    pub const fn leadership(self) -> Duration {
        match self {
            Self::Orphans => Duration::from_hours(2),
            Self::Expired | Self::Revocations | Self::Accounts | Self::UnusedConnections => {
                Duration::from_secs(30)
            }
        }
    }
}

/// A node's share of the rate of requests to Snyk for a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateShare {
    /// The connection.
    pub connection: ConnectionId,
    /// Requests in a minute.
    pub requests: u32,
}
