//! The lifetimes of sessions and connections.

use std::time::Duration;

use super::{duration::parse_duration, reader::Reader};

/// The lifetimes of sessions and connections.
#[derive(Debug)]
pub struct Session {
    /// Idle timeout of a session.
    pub idle: Duration,
    /// Maximum lifetime of a session.
    pub lifetime: Duration,
    /// Whether unused connections are refreshed before their refresh tokens end.
    pub refreshes_unused_connections: bool,
}

impl Session {
    /// Reads the section, or adds problems.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let idle = reader.parse_with("SESSION_IDLE", "24h", parse_duration);
        let lifetime = reader.parse_with("SESSION_LIFETIME", "30d", parse_duration);
        let choices = [("on", true), ("off", false)];
        let refreshes_unused_connections =
            reader.choice("REFRESH_UNUSED_CONNECTIONS", "off", &choices);
        // A default cannot contradict the other value.
        let are_set = ["SESSION_IDLE", "SESSION_LIFETIME"].map(|name| reader.get(name).is_some());
        if are_set == [true; 2] && idle > lifetime {
            reader.problems.add(
                "SESSION_IDLE",
                "is longer than SESSION_LIFETIME, and would never count: make it shorter",
            );
            return None;
        }
        Some(Self {
            idle: idle?,
            lifetime: lifetime?,
            refreshes_unused_connections: refreshes_unused_connections?,
        })
    }
}
