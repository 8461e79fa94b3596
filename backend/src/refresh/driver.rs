//! Runs one refresh: permit, lease, reload, token request, store, release.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;

use super::{
    concurrency_limit::{Permit, Urgency},
    outcome::{Next, next},
    refresher::{RefreshError, Refresher},
};
use crate::{
    backoff::with_jitter,
    connection::{Connection, Grant, State, Tokens},
    provider::ProviderError,
    revocation::revoke_or_enqueue,
};

/// Interval at which the owner renews the lease.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(3);
/// Lifetime of a lease after its last renewal.
const LEASE_DURATION: SignedDuration = SignedDuration::from_secs(10);
/// Interval at which a lease that another owner holds is checked.
const LEASE_CHECK_INTERVAL: Duration = Duration::from_millis(200);

/// Refreshes the pair of `generation`, or returns the connection if that has happened already.
/// `is_awaited` returns whether anybody waits for the refresh at the moment.
pub(super) async fn run(
    refresher: &Refresher,
    id: &str,
    generation: u64,
    urgency: &Urgency,
    is_awaited: impl Fn() -> bool,
) -> Result<Arc<Connection>, RefreshError> {
    let owner = ulid::Ulid::new().to_string();
    loop {
        // A pair that was replaced meanwhile needs neither permit nor lease.
        let connection = reload_active(refresher, id).await?;
        if connection.generation != generation {
            return Ok(connection);
        }
        // Acquired before the lease: a lease makes other processes wait.
        let permit = refresher.permits.acquire(urgency).await;
        if refresher.is_stopping() && !is_awaited() {
            // A refresh that begins now could be interrupted.
            return Err(RefreshError::Stopping);
        }
        let now = refresher.clock.now();
        let ends_at = now.saturating_add(LEASE_DURATION).unwrap_or(now);
        let acquired = refresher
            .store
            .acquire_lease(id, generation, &owner, now, ends_at)
            .await?;
        if !acquired {
            drop(permit);
            tokio::time::sleep(LEASE_CHECK_INTERVAL).await;
            continue;
        }
        let work = with_lease(refresher, id, generation, permit, urgency);
        let renewed = with_heartbeat(refresher, id, &owner, work).await;
        if let Err(error) = refresher.store.release_lease(id, &owner).await {
            tracing::warn!(connection = id, %error, "A lease could not be given back; it ends by itself");
        }
        return renewed;
    }
}

/// Reloads the connection after the lease was acquired, and refreshes it if it is still current.
async fn with_lease<'a>(
    refresher: &'a Refresher,
    id: &str,
    generation: u64,
    permit: Permit<'a>,
    urgency: &Urgency,
) -> Result<Arc<Connection>, RefreshError> {
    let connection = reload_active(refresher, id).await?;
    match &connection.state {
        State::Active(tokens) if connection.generation == generation => {
            present_and_store(refresher, &connection, tokens, permit, urgency).await
        }
        _ => Ok(connection),
    }
}

/// Presents the refresh token until there is a new pair or a reason to stop. The permit is held
/// only while a token request may be in flight.
async fn present_and_store<'a>(
    refresher: &'a Refresher,
    connection: &Connection,
    tokens: &Tokens,
    mut permit: Permit<'a>,
    urgency: &Urgency,
) -> Result<Arc<Connection>, RefreshError> {
    let (id, generation) = (connection.id.as_str(), connection.generation);
    let permits = &refresher.permits;
    let mut tries = 0;
    let mut replayed = false;
    let error = loop {
        tries += 1;
        let error = match refresher.provider.refresh(&tokens.refresh).await {
            Ok(grant) => {
                drop(permit);
                return store(refresher, id, generation, grant).await;
            }
            Err(error) => error,
        };
        match next(&error, tries, replayed) {
            Next::Again(after) => {
                let after = with_jitter(after, after);
                permit = permits.acquire_after(after, permit, urgency).await;
            }
            Next::ReplayOnce => replayed = true,
            Next::ReadAgain(after) => {
                permit = permits.acquire_after(after, permit, urgency).await;
                let now = refresher
                    .store
                    .connection(id)
                    .await?
                    .ok_or(RefreshError::Gone)?;
                if now.generation != generation {
                    return Ok(Arc::new(now));
                }
            }
            Next::Reconnect => {
                if refresher
                    .store
                    .mark_reconnect_needed(id, generation)
                    .await?
                {
                    tracing::warn!(connection = id, generation, %error, "A connection was lost");
                }
                // A person may have reconnected meanwhile: then the current row counts.
                return reload_active(refresher, id).await;
            }
            Next::Alert => {
                tracing::error!(connection = id, %error, "Snyk rejects this app’s credentials; no connection is dropped");
                break error;
            }
            Next::GiveUp => break error,
        }
    };
    // The present access token can be used until it expires.
    if connection.access_expires_at > refresher.clock.now()
        && !matches!(error, ProviderError::ClientRejected { .. })
    {
        tracing::info!(connection = id, %error, "A renewal failed; the present token still lives");
    }
    Err(RefreshError::Provider(Arc::new(error)))
}

/// Stores the new pair before anyone uses it. The earlier pair is invalid, so the write is repeated
/// until it succeeds: giving up would lose the connection.
async fn store(
    refresher: &Refresher,
    id: &str,
    generation: u64,
    grant: Grant,
) -> Result<Arc<Connection>, RefreshError> {
    let mut delay = Duration::from_millis(100);
    loop {
        let now = refresher.clock.now();
        match refresher
            .store
            .store_grant(id, generation, &grant, now)
            .await
        {
            Ok(true) => break,
            Ok(false) => {
                revoke_unless_held(refresher, id, &grant).await?;
                break;
            }
            Err(error) => {
                tracing::error!(connection = id, %error, "A new pair cannot be stored; trying again");
                tokio::time::sleep(delay).await;
                delay = (delay * 2).min(Duration::from_secs(5));
            }
        }
    }
    let connection = reload_active(refresher, id).await?;
    tracing::info!(
        connection = id,
        generation = connection.generation,
        "A connection was refreshed"
    );
    Ok(connection)
}

/// Revokes a new pair that was not stored, if the connection has ended. The row of an active
/// connection may hold this pair already, from a write whose answer was lost, or a later one, from
/// a person who reconnected. Then nothing is revoked, since Snyk may end more than this pair.
async fn revoke_unless_held(
    refresher: &Refresher,
    id: &str,
    grant: &Grant,
) -> Result<(), RefreshError> {
    let row = refresher.store.connection(id).await?;
    if row.is_some_and(|row| matches!(row.state, State::Active(_))) {
        return Ok(());
    }
    revoke_or_enqueue(
        &*refresher.store,
        &*refresher.provider,
        &*refresher.clock,
        grant,
    )
    .await;
    Ok(())
}

/// Reloads the connection.
///
/// # Errors
///
/// If the connection is not active.
async fn reload_active(refresher: &Refresher, id: &str) -> Result<Arc<Connection>, RefreshError> {
    let connection = refresher
        .store
        .connection(id)
        .await?
        .ok_or(RefreshError::Gone)?;
    match connection.state {
        State::Active(_) => Ok(Arc::new(connection)),
        State::ReconnectNeeded => Err(RefreshError::ReconnectNeeded),
        State::Disconnected => Err(RefreshError::Gone),
    }
}

/// Runs `work` and renews the lease meanwhile, even during the slowest token request. Both are
/// polled concurrently: a heartbeat that waits for the database must not block the work.
async fn with_heartbeat<T>(
    refresher: &Refresher,
    id: &str,
    owner: &str,
    work: impl Future<Output = T>,
) -> T {
    let heartbeat = async {
        let mut ticks = tokio::time::interval(HEARTBEAT_INTERVAL);
        ticks.tick().await;
        loop {
            ticks.tick().await;
            let now = refresher.clock.now();
            let ends_at = now.saturating_add(LEASE_DURATION).unwrap_or(now);
            if let Err(error) = refresher.store.renew_lease(id, owner, ends_at).await {
                tracing::warn!(connection = id, %error, "A lease could not be kept alive");
            }
        }
    };
    tokio::select! {
        done = work => done,
        never = heartbeat => never,
    }
}
