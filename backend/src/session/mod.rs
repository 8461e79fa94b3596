//! Signs browsers in: an opaque token in a cookie, of which only the SHA-256 is stored.

pub mod browsers;
pub mod cookie;
pub mod extract;
mod last_used;
pub mod route;

use std::sync::Arc;

use domain::session::{Lifetimes, SessionToken, StoredSession};
use http::HeaderMap;
use tokio_util::task::TaskTracker;

use self::cookie::Cookies;
pub use self::last_used::LastUsed;
use crate::{
    clock::Clock,
    store::{Store, StoreError},
};

/// Maximum number of session cookies that are looked up. A browser usually has one. Other programs
/// on the same host may have set more, since cookies ignore ports; only values with the form of a
/// token count.
const MAX_LOOKUPS: usize = 128;

/// A live session, and the token that the browser presented for it.
#[derive(Debug)]
pub struct CurrentSession {
    /// The token in the cookie.
    pub token: SessionToken,
    /// The session.
    pub session: StoredSession,
}

/// The sessions of browsers.
#[derive(Debug)]
pub struct Sessions {
    /// Where they are stored.
    pub store: Arc<dyn Store>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How cookies are written.
    pub cookies: Cookies,
    /// How long sessions last.
    pub lifetimes: Lifetimes,
    /// Uses that are not stored yet.
    pub last_used: LastUsed,
    /// Work that shutdown waits for.
    pub tasks: TaskTracker,
}

impl Sessions {
    /// Returns every live session that a request presents, in the order of its cookies.
    pub async fn presented(&self, headers: &HeaderMap) -> Result<Vec<CurrentSession>, StoreError> {
        let mut tokens = self.presented_tokens(headers);
        let mut hashes: Vec<_> = tokens.iter().map(SessionToken::hash).collect();
        let now = self.clock.now();
        let mut all = Vec::new();
        for (hash, session) in self.store.sessions(&hashes).await? {
            let session = self.last_used.known(session);
            if self.lifetimes.is_alive(&session, now)
                && let Some(at) = hashes.iter().position(|presented| *presented == hash)
            {
                hashes.swap_remove(at);
                let token = tokens.swap_remove(at);
                all.push(CurrentSession { token, session });
            }
        }
        Ok(all)
    }

    /// Returns the first live session that a request presents, and records its use.
    pub async fn current(&self, headers: &HeaderMap) -> Result<Option<CurrentSession>, StoreError> {
        let Some(current) = self.presented(headers).await?.into_iter().next() else {
            return Ok(None);
        };
        let now = self.clock.now();
        if self.lifetimes.should_note_use(&current.session, now) {
            self.last_used
                .note(&self.store, &self.tasks, &current.session.id, now)
                .await;
        }
        Ok(Some(current))
    }

    /// Returns the cookie values that have the form of a token, without duplicates.
    fn presented_tokens(&self, headers: &HeaderMap) -> Vec<SessionToken> {
        let name = self.cookies.session_name();
        let mut values = Vec::new();
        for (presented, value) in cookie::presented(headers) {
            if presented == name && !values.contains(&value) {
                values.push(value);
            }
        }
        let tokens = values.into_iter().filter_map(SessionToken::presented);
        tokens.take(MAX_LOOKUPS).collect()
    }
}
