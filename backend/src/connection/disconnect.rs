//! Disconnects a connection (SEC-42): erases its tokens here first, then revokes them at the
//! provider.

use domain::ids::{AdminSessionId, ConnectionId, RevocationId};

use super::Connections;
use crate::{
    activity::{self, Event},
    revocation::revoke_within,
    store::StoreError,
};

/// Who disconnects.
#[derive(Clone, Debug)]
pub enum DisconnectedBy {
    /// A person whose session is authorized for the connection.
    Person,
    /// An administrator, with a session of this id.
    Administrator(AdminSessionId),
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
        by: &DisconnectedBy,
    ) -> Result<bool, StoreError> {
        let revocation_id = RevocationId::generate();
        let now = self.clock.now();
        let ended = self.store.disconnect(id, &revocation_id, now).await?;
        match by {
            DisconnectedBy::Person => {
                tracing::info!(connection = id.as_str(), "A person disconnected");
                activity::note(Event::disconnected(id));
            }
            DisconnectedBy::Administrator(session) => {
                tracing::info!(
                    connection = id.as_str(),
                    session = session.as_str(),
                    "An administrator disconnected"
                );
                activity::note(Event::admin_disconnected(id, session));
            }
        }
        let is_revoked = match &ended.revocation {
            Some(revocation) => {
                revoke_within(&*self.store, &*self.provider, &*self.clock, revocation).await
            }
            None => true,
        };
        Ok(is_revoked && !ended.more_may_live)
    }
}
