//! Claim, token request, organizations, store, new session.

use std::time::Duration;

use jiff::Timestamp;
use shared::pkce::CodeVerifier;

use crate::{
    connection::{Connection, Grant, Subject},
    http::{problem::ApiError, state::AppState},
    login::attempt::COUNTS_FOR,
    provider::ProviderError,
    session::{SessionId, SessionToken, TokenHash, signed},
    store::{NewLogin, NewSession},
};

/// What a finished login gives the browser.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) connection: Connection,
    pub(super) session: SessionToken,
}

/// Claims an attempt: one exchange, however often it is presented (SEC-6).
pub(super) async fn claim(app: &AppState, claim: &str) -> Result<(), ApiError> {
    let now = app.clock.now();
    // A claim outlives the attempt a little, for clocks that were set back.
    let ends_at = now.saturating_add(COUNTS_FOR * 2).unwrap_or(now);
    if app.store.claim(claim, ends_at).await? {
        Ok(())
    } else {
        Err(ApiError::LoginUsed)
    }
}

/// Exchanges the code, once; reads what the token reaches; stores connection and session.
pub(super) async fn exchange(
    app: &AppState,
    code: String,
    verifier: &CodeVerifier,
    browser: String,
    earlier_session: Option<TokenHash>,
) -> Result<Finished, ApiError> {
    let grant = app
        .provider
        .exchange(code, verifier)
        .await
        .map_err(|error| match error {
            rejected @ ProviderError::GrantRejected { .. } => ApiError::CodeRejected(rejected),
            other => ApiError::Provider(other),
        })?;
    let stored = store(app, &grant, browser, earlier_session).await;
    if stored.is_err() {
        // The pair is nobody's now: do not leave it alive at Snyk.
        if let Err(error) = app.provider.revoke(&grant.tokens.refresh).await {
            tracing::warn!(%error, "The pair of a login that could not be stored was not revoked");
        }
    }
    stored
}

async fn store(
    app: &AppState,
    grant: &Grant,
    browser: String,
    earlier_session: Option<TokenHash>,
) -> Result<Finished, ApiError> {
    let reach = app.provider.reach(&grant.tokens.access).await?;
    let connection_id = ulid::Ulid::new().to_string();
    let subject = Subject::new(
        &app.region.api_url,
        &app.app.client_id,
        reach.context,
        reach.user.as_deref(),
        &reach.orgs,
        &connection_id,
    );
    let token = SessionToken::generate()?;
    let now = app.clock.now();
    let session = NewSession {
        id: SessionId::generate(),
        token_hash: token.hash(),
        browser,
        expires_at: end_of(now, app.lifetimes.absolute),
    };
    let connection = app
        .store
        .finish_login(NewLogin {
            connection_id: &connection_id,
            subject: &subject,
            context: reach.context,
            orgs: &reach.orgs,
            // A provider that does not say what it granted granted what was asked
            // (RFC 6749 section 5.1).
            scopes: grant.scopes.as_ref().unwrap_or(&app.app.scopes),
            grant,
            session: &session,
            earlier_session,
            now,
        })
        .await?;
    tracing::info!(
        connection = connection.id,
        session = session.id.as_str(),
        generation = connection.generation,
        orgs = connection.orgs.len(),
        "A person connected"
    );
    Ok(Finished {
        connection,
        session: token,
    })
}

fn end_of(now: Timestamp, lifetime: Duration) -> Timestamp {
    now.saturating_add(signed(lifetime))
        .unwrap_or(Timestamp::MAX)
}
