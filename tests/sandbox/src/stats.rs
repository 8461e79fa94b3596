//! Counts of what happened.

use serde::Serialize;

/// All counts since the start, or since they were last reset.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Stats {
    /// Consent pages asked for.
    pub(crate) authorize: u64,
    /// Decisions on that page, whichever way.
    pub(crate) consents: u64,
    pub(crate) codes_issued: u64,
    pub(crate) token_requests: u64,
    pub(crate) token_code: u64,
    pub(crate) token_code_ok: u64,
    pub(crate) token_refresh: u64,
    pub(crate) token_refresh_ok: u64,
    /// Token requests under way now, and the most that ever were at once.
    pub(crate) token_under_way: u64,
    pub(crate) token_most_at_once: u64,
    /// Consumed refresh tokens and codes that were presented again and refused.
    pub(crate) reuses: u64,
    pub(crate) reuses_in_grace: u64,
    /// Presentations of a refresh token while another presentation of it was under way.
    pub(crate) concurrent: u64,
    pub(crate) families_revoked: u64,
    pub(crate) revocations: u64,
    pub(crate) rest: u64,
    pub(crate) v1: u64,
    /// Answers 401 of REST and v1.
    pub(crate) unauthorized: u64,
    /// Answers 429 of REST.
    pub(crate) rate_limited: u64,
}

impl Stats {
    /// A token request has come.
    pub(crate) fn token_begins(&mut self) {
        self.token_under_way += 1;
        self.token_most_at_once = self.token_most_at_once.max(self.token_under_way);
    }

    /// A token request was answered. It may have come before the counts were reset.
    pub(crate) fn token_ends(&mut self) {
        self.token_under_way = self.token_under_way.saturating_sub(1);
    }
}
