//! The session of an administrator: how one begins, is found, and ends.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use domain::{
    admin_link::AdminLink,
    ids::AdminSessionId,
    session::{BrowserName, SessionToken, TokenHash},
};
use http::{HeaderMap, request::Parts};
use jiff::{SignedDuration, Timestamp};

use super::parts::Administration;
use crate::{
    activity::{self, Event},
    http::problem::ApiError,
    session::cookie,
    store::{
        StoreError,
        database::{AdminSession, NewAdminSession},
    },
};

/// How long a session lasts. Use does not extend it.
pub(super) const LIFETIME: SignedDuration = SignedDuration::from_mins(30);
/// How long the use of a link is remembered: much longer than it counts, in case a clock is wrong.
const CLAIM_LIFETIME: SignedDuration = SignedDuration::from_hours(24);
/// Maximum number of cookies that are looked up. Other programs on the same host may have set more.
const MAX_LOOKUPS: usize = 8;

/// A session that has begun.
pub(super) struct Begun {
    pub(super) token: SessionToken,
    pub(super) expires_at: Timestamp,
}

impl Administration {
    /// Uses a link up, and begins a session that replaces those in `earlier`.
    pub(super) async fn begin(
        &self,
        link: &str,
        browser: BrowserName,
        earlier: Vec<SessionToken>,
    ) -> Result<Begun, ApiError> {
        let now = self.clock.now();
        let link = AdminLink::open(&self.vault, link)
            .ok_or(ApiError::Forbidden("this is no link of this server"))?;
        if link.is_over(now) {
            return Err(ApiError::LoginExpired);
        }
        let token = SessionToken::generate()?;
        let session = NewAdminSession {
            id: AdminSessionId::generate(),
            token_hash: token.hash(),
            browser,
            signed_in_at: now,
            expires_at: end_of(now),
        };
        // The session is stored first, so that a database that fails does not cost the link its use.
        // The token of a session whose link was not won is given to nobody.
        self.records.insert_admin_session(&session).await?;
        let until = now.saturating_add(CLAIM_LIFETIME).unwrap_or(now);
        // One insertion decides, so that one of several nodes wins.
        if !self.store.claim(&link.claim(), until).await? {
            self.forget(&session.token_hash).await;
            return Err(ApiError::LoginUsed);
        }
        for token in earlier {
            self.forget(&token.hash()).await;
        }
        tracing::info!(session = session.id.as_str(), "An administrator signed in");
        activity::note(Event::admin_signed_in(&session.id, &browser.to_string()));
        Ok(Begun {
            token,
            expires_at: session.expires_at,
        })
    }

    /// Ends a session that nobody uses any more. If that fails, it expires by itself.
    async fn forget(&self, token: &TokenHash) {
        if let Err(error) = self.records.end_admin_session(token).await {
            tracing::debug!(%error, "A session of an administrator is not ended before it expires");
        }
    }

    /// Ends every session that a request presents. Only those that exist are written to: anybody can
    /// send any number of cookies.
    pub(super) async fn end(&self, headers: &HeaderMap) -> Result<(), StoreError> {
        for token in self.presented(headers) {
            let hash = token.hash();
            if let Some(session) = self.records.admin_session(&hash).await?
                && self.records.end_admin_session(&hash).await?
            {
                tracing::info!(session = session.id.as_str(), "An administrator left");
                activity::note(Event::admin_left(&session.id));
            }
        }
        Ok(())
    }

    /// Returns the first live session that a request presents.
    async fn current(&self, headers: &HeaderMap) -> Result<Option<AdminSession>, StoreError> {
        let now = self.clock.now();
        for token in self.presented(headers) {
            let found = self.records.admin_session(&token.hash()).await?;
            if let Some(session) = found.filter(|session| now < session.expires_at) {
                return Ok(Some(session));
            }
        }
        Ok(None)
    }

    /// Returns the cookie values that have the form of a token.
    pub(super) fn presented(&self, headers: &HeaderMap) -> Vec<SessionToken> {
        let name = self.cookies.admin_name();
        cookie::presented(headers)
            .filter(|(presented, _)| *presented == name)
            .filter_map(|(_, value)| SessionToken::presented(value))
            .take(MAX_LOOKUPS)
            .collect()
    }
}

/// Returns when a session that begins now expires, in the precision in which it is stored.
fn end_of(now: Timestamp) -> Timestamp {
    let end = now.saturating_add(LIFETIME).unwrap_or(now);
    Timestamp::from_millisecond(end.as_millisecond()).unwrap_or(end)
}

/// Extractor for the session of an administrator. Rejects a request without a live one as
/// `not_signed_in`.
#[derive(Debug)]
pub struct Administrator(pub AdminSession);

impl<S: Send + Sync> FromRequestParts<S> for Administrator
where
    Arc<Administration>: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let administration = Arc::<Administration>::from_ref(state);
        let current = administration.current(&parts.headers).await?;
        current.map(Self).ok_or(ApiError::NotSignedIn)
    }
}
