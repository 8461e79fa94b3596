//! Limits for clients of this server.

use std::time::Duration;

use super::{duration::parse_duration, reader::Reader};

/// Limits for clients of this server.
#[derive(Debug)]
pub struct Limits {
    /// How long an idle connection is kept open.
    pub keep_alive_timeout: Duration,
    /// Whether rate limits are enabled.
    pub rate_limits: bool,
}

impl Limits {
    /// Reads the section, or adds problems.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let keep_alive_timeout = reader.parse_with("KEEP_ALIVE_TIMEOUT", "130s", parse_duration);
        let rate_limits = reader.choice("RATE_LIMITS", "on", &[("on", true), ("off", false)]);
        Some(Self {
            keep_alive_timeout: keep_alive_timeout?,
            rate_limits: rate_limits?,
        })
    }
}
