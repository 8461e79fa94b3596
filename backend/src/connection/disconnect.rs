//! Ending a connection (SEC-42): tokens are erased here first, then the provider is told.

use std::sync::Arc;

use super::revocation;
use crate::{
    clock::Clock,
    provider::ProviderClient,
    store::{Store, StoreError},
};

/// Erases the tokens and tells the provider; `false` unless it said that all of them are dead.
pub async fn disconnect(
    store: &Arc<dyn Store>,
    provider: &Arc<dyn ProviderClient>,
    clock: &Arc<dyn Clock>,
    id: &str,
) -> Result<bool, StoreError> {
    let revocation_id = ulid::Ulid::new().to_string();
    let ended = store.disconnect(id, &revocation_id, clock.now()).await?;
    tracing::info!(connection = id, "A person disconnected");
    let is_told = match &ended.revocation {
        Some(revocation) => {
            revocation::revoke_within(&**store, &**provider, &**clock, revocation).await
        }
        None => true,
    };
    Ok(is_told && !ended.more_may_live)
}
