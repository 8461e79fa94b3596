//! Ending a connection (SEC-42): tokens are erased here first, then the provider is told; when it
//! cannot be told, that is tried again until it can.

use std::{sync::Arc, time::Duration};

use crate::{
    clock::Clock,
    provider::ProviderClient,
    store::{Revocation, Store, StoreError},
};

/// The person who ended it waits this long for the provider; the rest happens later.
const PERSON_WAITS: Duration = Duration::from_secs(8);

/// Erases the tokens and tells the provider; `false` when it could not be told yet.
pub async fn disconnect(
    store: &Arc<dyn Store>,
    provider: &Arc<dyn ProviderClient>,
    clock: &Arc<dyn Clock>,
    id: &str,
) -> Result<bool, StoreError> {
    let revocation_id = ulid::Ulid::new().to_string();
    let revocation = store.disconnect(id, &revocation_id, clock.now()).await?;
    tracing::info!(connection = id, "A person disconnected");
    let Some(revocation) = revocation else {
        return Ok(true);
    };
    let told = tokio::time::timeout(PERSON_WAITS, tell(store, provider, &revocation)).await;
    Ok(told.unwrap_or(false))
}

/// Tells the provider of every refresh token that it does not know to be dead yet.
pub async fn tell_pending(store: &Arc<dyn Store>, provider: &Arc<dyn ProviderClient>) {
    match store.revocations().await {
        Ok(pending) => {
            for revocation in pending {
                if !tell(store, provider, &revocation).await {
                    // The provider is away: the others can wait as well.
                    break;
                }
            }
        }
        Err(error) => tracing::warn!(%error, "Pending revocations cannot be read"),
    }
}

async fn tell(
    store: &Arc<dyn Store>,
    provider: &Arc<dyn ProviderClient>,
    revocation: &Revocation,
) -> bool {
    if let Err(error) = provider.revoke(&revocation.token).await {
        tracing::warn!(revocation = revocation.id, %error, "Snyk could not be told to revoke");
        return false;
    }
    if let Err(error) = store.revocation_done(&revocation.id).await {
        // Told once more later, which does no harm (RFC 7009 section 2.2).
        tracing::warn!(revocation = revocation.id, %error, "A revocation could not be noted");
    }
    true
}
