//! Finishes a login: claims the attempt, exchanges the code, reads the account as far as it arrives
//! in time, stores the connection, and creates a session.

use std::{sync::Arc, time::Duration};

use domain::{
    connection::{Connection, Grant},
    ids::{AttemptId, ConnectionId, SessionId},
    session::{BrowserName, Lifetimes, NewSession, SessionToken, TokenHash, to_signed_duration},
};
use jiff::{SignedDuration, Timestamp};
use shared::{pkce::CodeVerifier, scope::Scopes};
use tokio_util::task::TaskTracker;

use crate::{
    account::AccountSync,
    activity::{self, Event},
    backoff::exponential,
    clock::Clock,
    http::problem::ApiError,
    provider::{ProviderClient, ProviderError},
    request_context::carried,
    revocation::revoke_or_enqueue,
    store::{NewLogin, Store, StoreError},
};

/// Finishes logins.
#[derive(Debug)]
pub struct Exchange {
    /// Stores claims, connections and sessions.
    pub store: Arc<dyn Store>,
    /// Exchanges codes.
    pub provider: Arc<dyn ProviderClient>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Reads accounts.
    pub account_sync: Arc<AccountSync>,
    /// How long sessions last.
    pub lifetimes: Lifetimes,
    /// The scopes that every login requests.
    pub requested_scopes: Scopes,
    /// Work that shutdown waits for.
    pub tasks: TaskTracker,
}

/// The result of a finished login.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) connection: Connection,
    pub(super) session: SessionToken,
}

/// Lifetime of a claim. Much longer than that of the attempt's cookie: if a wrong clock swept the
/// claim early, the cookie could be exchanged again once the clock is correct.
const CLAIM_LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// Number of times that a login is looked for after the store failed, and the delays between them.
const MAX_CHECKS: u32 = 8;
const CHECK_DELAY: Duration = Duration::from_millis(500);
const MAX_CHECK_DELAY: Duration = Duration::from_secs(5);

/// The state of the browser that finishes a login.
#[derive(Debug)]
pub(super) struct Browser {
    /// Its name.
    pub(super) name: BrowserName,
    /// Its live sessions; usually at most one.
    pub(super) sessions: Vec<TokenHash>,
    /// The id of the attempt.
    pub(super) attempt_id: AttemptId,
    /// The ids of the browser's other attempts.
    pub(super) sibling_attempts: Vec<AttemptId>,
    /// The connection that the login replaces, if the attempt was started to reconnect it.
    pub(super) reconnects: Option<ConnectionId>,
}

impl Exchange {
    /// Claims an attempt, so that it is exchanged once, however often it is presented (SEC-6).
    pub(super) async fn claim(&self, id: &AttemptId) -> Result<(), ApiError> {
        let now = self.clock.now();
        let ends_at = now.saturating_add(CLAIM_LIFETIME).unwrap_or(now);
        if self.store.claim(id, ends_at).await? {
            Ok(())
        } else {
            Err(ApiError::LoginUsed)
        }
    }

    /// Exchanges the code once, reads the account, and stores connection and session.
    pub(super) async fn exchange(
        self: &Arc<Self>,
        code: String,
        verifier: &CodeVerifier,
        browser: Browser,
    ) -> Result<Finished, ApiError> {
        let grant = self
            .provider
            .exchange(code, verifier)
            .await
            .map_err(|error| match error {
                rejected @ ProviderError::GrantRejected { .. } => ApiError::CodeRejected(rejected),
                other => ApiError::Provider(other),
            })?;
        let stored = self.store_login(&grant, &browser).await;
        if let Err(error) = &stored {
            // The response does not wait for the revocation of the pair.
            let may_be_stored = matches!(error, ApiError::Store(StoreError::OutcomeUnknown(_)));
            let this = Arc::clone(self);
            let discard = async move {
                if may_be_stored && this.is_stored(&browser.attempt_id).await {
                    return;
                }
                // The token pair belongs to no connection.
                revoke_or_enqueue(&*this.store, &*this.provider, &*this.clock, None, &grant).await;
            };
            self.tasks.spawn(carried(discard));
        }
        stored
    }

    /// Returns whether a login was stored, or may have been: a pair that a connection has must not be
    /// revoked.
    async fn is_stored(&self, attempt: &AttemptId) -> bool {
        for failures in 1..=MAX_CHECKS {
            match self.store.is_login_stored(attempt).await {
                Ok(is_stored) => return is_stored,
                Err(error) => {
                    tracing::warn!(%error, "It is not known yet whether a login was stored");
                    tokio::time::sleep(exponential(CHECK_DELAY, failures, MAX_CHECK_DELAY)).await;
                }
            }
        }
        tracing::error!(
            "It is not known whether a login was stored: its token pair is not revoked, and ends by itself"
        );
        true
    }

    async fn store_login(&self, grant: &Grant, browser: &Browser) -> Result<Finished, ApiError> {
        let reader = self.account_sync.read_at_login(&grant.tokens.access).await;
        let subject = self.account_sync.subject(&reader);
        let token = SessionToken::generate()?;
        let now = self.clock.now();
        let session = NewSession {
            id: SessionId::generate(),
            token_hash: token.hash(),
            browser: browser.name,
            expires_at: expires_at(now, self.lifetimes.absolute),
        };
        let connection = self
            .store
            .finish_login(NewLogin {
                connection_id: &ConnectionId::generate(),
                account: reader.account(subject.as_ref(), 1, true, now),
                reconnects: browser.reconnects.as_ref(),
                // A provider that omits the scopes has granted the requested ones (RFC 6749 section
                // 5.1).
                scopes: grant.scopes.as_ref().unwrap_or(&self.requested_scopes),
                grant,
                session: &session,
                attempt_id: &browser.attempt_id,
                sibling_attempts: &browser.sibling_attempts,
                earlier_sessions: &browser.sessions,
                now,
            })
            .await?
            .value
            // Signed out meanwhile: do not sign the browser in again.
            .ok_or(ApiError::NotSignedIn)?;
        tracing::info!(
            connection = connection.id.as_str(),
            session = session.id.as_str(),
            generation = connection.generation,
            orgs = connection.orgs.len(),
            orgs_complete = connection.orgs_complete,
            "A person connected"
        );
        activity::note(Event::connected(&connection.id, connection.generation > 0));
        self.account_sync
            .read_in_background(connection.consent(), reader);
        Ok(Finished {
            connection,
            session: token,
        })
    }
}

fn expires_at(now: Timestamp, lifetime: Duration) -> Timestamp {
    now.saturating_add(to_signed_duration(lifetime))
        .unwrap_or(Timestamp::MAX)
}
