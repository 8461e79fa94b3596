//! Disconnects a connection (SEC-42): erases its tokens here first, then revokes them at the
//! provider.

use domain::ids::{ConnectionId, RevocationId};

use super::Connections;
use crate::{
    activity::{self, Event},
    revocation::revoke_within,
    store::StoreError,
};

/// Who disconnects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisconnectedBy {
    /// A person whose session is authorized for the connection.
    Person,
    /// An administrator.
    Administrator,
}

impl Connections {
    /// Erases the tokens and revokes them at the provider. Returns whether the provider confirmed
    /// all of the revocations.
    ///
    /// # Errors
    ///
    /// If the store fails. Then nothing was changed.
    pub async fn disconnect(
        &self,
        id: &ConnectionId,
        by: DisconnectedBy,
    ) -> Result<bool, StoreError> {
        let revocation_id = RevocationId::generate();
        let now = self.clock.now();
        let ended = self.store.disconnect(id, &revocation_id, now).await?;
        match by {
            DisconnectedBy::Person => {
                tracing::info!(connection = id.as_str(), "A person disconnected");
            }
            DisconnectedBy::Administrator => {
                tracing::info!(connection = id.as_str(), "An administrator disconnected");
            }
        }
        activity::note(Event::disconnected(id, by == DisconnectedBy::Administrator));
        let is_revoked = match &ended.revocation {
            Some(revocation) => {
                revoke_within(&*self.store, &*self.provider, &*self.clock, revocation).await
            }
            None => true,
        };
        Ok(is_revoked && !ended.more_may_live)
    }
}
