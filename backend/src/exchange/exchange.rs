//! Finishes a login: claims the attempt, exchanges the code, reads the account as far as it arrives
//! in time, stores the connection, and creates a session.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use shared::pkce::CodeVerifier;
use tracing::Instrument as _;

use crate::{
    connection::{Connection, Grant, revocation::revoke_or_enqueue},
    http::{problem::ApiError, state::AppState},
    provider::ProviderError,
    session::{SessionId, SessionToken, TokenHash, to_signed_duration},
    store::{NewLogin, NewSession},
};

/// The result of a finished login.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) connection: Connection,
    pub(super) session: SessionToken,
}

/// Lifetime of a claim. Much longer than that of the attempt's cookie: if a wrong clock swept the
/// claim early, the cookie could be exchanged again once the clock is correct.
const CLAIM_LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// The state of the browser that finishes a login.
#[derive(Debug)]
pub(super) struct Browser {
    /// The `User-Agent`, sanitized.
    pub(super) name: String,
    /// Its live sessions; usually at most one.
    pub(super) sessions: Vec<TokenHash>,
    /// The claim of the attempt.
    pub(super) claim: String,
    /// The claims of the browser's other attempts.
    pub(super) sibling_attempts: Vec<String>,
    /// The connection that the login replaces, if the attempt was started to reconnect it.
    pub(super) reconnects: Option<String>,
}

/// Claims an attempt, so that it is exchanged once, however often it is presented (SEC-6).
pub(super) async fn claim(app: &AppState, claim: &str) -> Result<(), ApiError> {
    let now = app.clock.now();
    let ends_at = now.saturating_add(CLAIM_LIFETIME).unwrap_or(now);
    if app.store.claim(claim, ends_at).await? {
        Ok(())
    } else {
        Err(ApiError::LoginUsed)
    }
}

/// Exchanges the code once, reads the account, and stores connection and session.
pub(super) async fn exchange(
    app: &AppState,
    code: String,
    verifier: &CodeVerifier,
    browser: Browser,
) -> Result<Finished, ApiError> {
    let grant = app
        .provider
        .exchange(code, verifier)
        .await
        .map_err(|error| match error {
            rejected @ ProviderError::GrantRejected { .. } => ApiError::CodeRejected(rejected),
            other => ApiError::Provider(other),
        })?;
    let stored = store(app, &grant, browser).await;
    if stored.is_err() {
        // The token pair belongs to no connection now: revoke it at Snyk, without waiting for that.
        let app_of_task = app.clone();
        app.tasks.spawn(
            async move {
                let AppState {
                    store,
                    provider,
                    clock,
                    ..
                } = &app_of_task;
                revoke_or_enqueue(&**store, &**provider, &**clock, &grant).await;
            }
            .in_current_span(),
        );
    }
    stored
}

async fn store(app: &AppState, grant: &Grant, browser: Browser) -> Result<Finished, ApiError> {
    let reader = app.account_sync.read_at_login(&grant.tokens.access).await;
    let subject = app.account_sync.subject(&reader);
    let connection_id = ulid::Ulid::new().to_string();
    let token = SessionToken::generate()?;
    let now = app.clock.now();
    let session = NewSession {
        id: SessionId::generate(),
        token_hash: token.hash(),
        browser: browser.name,
        expires_at: expires_at(now, app.lifetimes.absolute),
    };
    let connection = app
        .store
        .finish_login(NewLogin {
            connection_id: &connection_id,
            account: reader.account(subject.as_ref(), 1, now),
            reconnects: browser.reconnects.as_deref(),
            // A provider that omits the scopes has granted the requested ones (RFC 6749 section
            // 5.1).
            scopes: grant.scopes.as_ref().unwrap_or(&app.app.scopes),
            grant,
            session: &session,
            claim: &browser.claim,
            sibling_attempts: &browser.sibling_attempts,
            earlier_sessions: &browser.sessions,
            now,
        })
        .await?
        .value
        // Signed out meanwhile: do not sign the browser in again.
        .ok_or(ApiError::NotSignedIn)?;
    tracing::info!(
        connection = connection.id,
        session = session.id.as_str(),
        generation = connection.generation,
        orgs = connection.orgs.len(),
        orgs_complete = connection.orgs_complete,
        "A person connected"
    );
    app.account_sync
        .read_in_background(connection.consent(), reader);
    Ok(Finished {
        connection,
        session: token,
    })
}

fn expires_at(now: Timestamp, lifetime: Duration) -> Timestamp {
    now.saturating_add(to_signed_duration(lifetime))
        .unwrap_or(Timestamp::MAX)
}
