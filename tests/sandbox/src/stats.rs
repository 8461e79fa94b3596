//! Counters of events.

use serde::Serialize;

/// All counters since the start or the last reset.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Stats {
    /// Requests for the consent page.
    pub(crate) authorize: u64,
    /// Decisions on the consent page, of either kind.
    pub(crate) consents: u64,
    pub(crate) codes_issued: u64,
    pub(crate) token_requests: u64,
    pub(crate) token_code: u64,
    pub(crate) token_code_ok: u64,
    pub(crate) token_refresh: u64,
    pub(crate) token_refresh_ok: u64,
    /// Current and maximum number of concurrent token requests.
    pub(crate) token_under_way: u64,
    pub(crate) token_most_at_once: u64,
    /// Rejected presentations of consumed refresh tokens and codes.
    pub(crate) reuses: u64,
    pub(crate) reuses_in_grace: u64,
    /// Presentations of a refresh token while another request was presenting it.
    pub(crate) concurrent: u64,
    pub(crate) families_revoked: u64,
    pub(crate) revocations: u64,
    pub(crate) rest: u64,
    pub(crate) v1: u64,
    /// Responses of REST and v1 with status 401.
    pub(crate) unauthorized: u64,
    /// Responses of REST with status 429.
    pub(crate) rate_limited: u64,
}

impl Stats {
    /// Counts the start of a token request.
    pub(crate) fn token_begins(&mut self) {
        self.token_under_way += 1;
        self.token_most_at_once = self.token_most_at_once.max(self.token_under_way);
    }

    /// Counts the end of a token request, which may have started before the last reset.
    pub(crate) fn token_ends(&mut self) {
        self.token_under_way = self.token_under_way.saturating_sub(1);
    }
}
