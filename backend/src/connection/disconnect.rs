//! Ending a connection (SEC-42): tokens are erased here first, then the provider is told; when it
//! cannot be told, that is tried again until it can.

use std::{sync::Arc, time::Duration};

use crate::{
    clock::Clock,
    provider::{ProviderClient, ProviderError},
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
    Ok(told == Ok(Told::Dead))
}

/// Tells the provider of every refresh token that it does not know to be dead yet.
pub async fn tell_pending(store: &Arc<dyn Store>, provider: &Arc<dyn ProviderClient>) {
    match store.revocations().await {
        Ok(pending) => {
            for revocation in pending {
                if tell(store, provider, &revocation).await == Told::Away {
                    // The others can wait as well.
                    break;
                }
            }
        }
        Err(error) => tracing::warn!(%error, "Pending revocations cannot be read"),
    }
}

/// What became of telling the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// The token is dead there.
    Dead,
    /// It answers, and not to this.
    NotThis,
    /// It does not answer, or not to us.
    Away,
}

async fn tell(
    store: &Arc<dyn Store>,
    provider: &Arc<dyn ProviderClient>,
    revocation: &Revocation,
) -> Told {
    match provider.revoke(&revocation.token).await {
        // What it does not accept any more is as dead as can be.
        Ok(()) | Err(ProviderError::GrantRejected { .. }) => {}
        Err(error) => {
            tracing::warn!(revocation = revocation.id, %error, "Snyk could not be told to revoke");
            return match error {
                ProviderError::Unusable(_) | ProviderError::ConcurrentUse => Told::NotThis,
                _ => Told::Away,
            };
        }
    }
    if let Err(error) = store.revocation_done(&revocation.id).await {
        // Told once more later, which does no harm (RFC 7009 section 2.2).
        tracing::warn!(revocation = revocation.id, %error, "A revocation could not be noted");
    }
    Told::Dead
}
