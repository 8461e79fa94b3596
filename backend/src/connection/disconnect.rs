//! Disconnects a connection (SEC-42): erases its tokens here first, then revokes them at the
//! provider.

use domain::ids::{ConnectionId, RevocationId};

use super::Connections;
use crate::{revocation::revoke_within, store::StoreError};

impl Connections {
    /// Erases the tokens and revokes them at the provider. Returns whether the provider confirmed
    /// all of the revocations.
    pub(super) async fn disconnect(&self, id: &ConnectionId) -> Result<bool, StoreError> {
        let revocation_id = RevocationId::generate();
        let now = self.clock.now();
        let ended = self.store.disconnect(id, &revocation_id, now).await?;
        tracing::info!(connection = id.as_str(), "A person disconnected");
        let is_revoked = match &ended.revocation {
            Some(revocation) => {
                revoke_within(&*self.store, &*self.provider, &*self.clock, revocation).await
            }
            None => true,
        };
        Ok(is_revoked && !ended.more_may_live)
    }
}
