//! Disconnects a connection (SEC-42): erases its tokens here first, then revokes them at the
//! provider.

use std::sync::Arc;

use crate::{
    clock::Clock,
    provider::ProviderClient,
    revocation,
    store::{Store, StoreError},
};

/// Erases the tokens and revokes them at the provider. Returns whether the provider confirmed all
/// of the revocations.
pub async fn disconnect(
    store: &Arc<dyn Store>,
    provider: &Arc<dyn ProviderClient>,
    clock: &Arc<dyn Clock>,
    id: &str,
) -> Result<bool, StoreError> {
    let revocation_id = ulid::Ulid::new().to_string();
    let ended = store.disconnect(id, &revocation_id, clock.now()).await?;
    tracing::info!(connection = id, "A person disconnected");
    let is_revoked = match &ended.revocation {
        Some(revocation) => {
            revocation::revoke_within(&**store, &**provider, &**clock, revocation).await
        }
        None => true,
    };
    Ok(is_revoked && !ended.more_may_live)
}
