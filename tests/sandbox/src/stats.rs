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
