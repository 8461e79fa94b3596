//! The session of an administrator: how one begins, is found, and ends.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use domain::{
    admin_link::AdminLink,
    ids::AdminSessionId,
    session::{BrowserName, SessionToken},
};
use http::{HeaderMap, request::Parts};
use jiff::{SignedDuration, Timestamp};

use super::Administration;
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
        let until = now.saturating_add(CLAIM_LIFETIME).unwrap_or(now);
        // One insertion decides, so that one of several nodes wins.
        if !self.store.claim(&link.claim(), until).await? {
            return Err(ApiError::LoginUsed);
        }
        let token = SessionToken::generate()?;
        let session = NewAdminSession {
            id: AdminSessionId::generate(),
            token_hash: token.hash(),
            browser,
            signed_in_at: now,
            expires_at: now.saturating_add(LIFETIME).unwrap_or(now),
        };
        self.records.insert_admin_session(&session).await?;
        for token in earlier {
            self.records.end_admin_session(&token.hash()).await?;
        }
        tracing::info!(session = session.id.as_str(), "An administrator signed in");
        activity::note(Event::admin_signed_in(&browser.to_string()));
        Ok(Begun {
            token,
            expires_at: session.expires_at,
        })
    }

    /// Ends every session that a request presents.
    pub(super) async fn end(&self, headers: &HeaderMap) -> Result<(), StoreError> {
        for token in self.presented(headers) {
            if self.records.end_admin_session(&token.hash()).await? {
                tracing::info!("An administrator left");
                activity::note(Event::admin_left());
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
