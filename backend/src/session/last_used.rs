//! When sessions were last used, noted without getting in the way: a note that cannot be written is
//! kept here and tried again, and whoever reads is served meanwhile (REL-13).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio_util::task::TaskTracker;

use super::SessionId;
use crate::store::{Store, StoredSession};

/// A request waits for its note at most this long; the note itself goes on.
const WAIT: Duration = Duration::from_millis(250);
/// Most notes that are kept. Of sessions beyond these a use is not noted as long as the store fails.
const CAPACITY: usize = 4_096;

/// Notes of uses that are not in the store yet.
#[derive(Clone, Debug, Default)]
pub struct LastUsed(Arc<Mutex<HashMap<SessionId, Timestamp>>>);

impl LastUsed {
    /// The session with its last use as it is known here, where that is later than the store's.
    #[must_use]
    pub fn known(&self, mut session: StoredSession) -> StoredSession {
        if let Some(used_at) = self.pending().get(&session.id) {
            session.last_used_at = session.last_used_at.max(*used_at);
        }
        session
    }

    /// Notes a use, in a task of its own.
    pub async fn note(
        &self,
        store: &Arc<dyn Store>,
        tasks: &TaskTracker,
        id: &SessionId,
        now: Timestamp,
    ) {
        {
            let mut pending = self.pending();
            if pending.len() >= CAPACITY && !pending.contains_key(id) {
                return;
            }
            pending.insert(id.clone(), now);
        }
        let (this, store, id) = (self.clone(), Arc::clone(store), id.clone());
        let noted = tasks.spawn(async move {
            if let Err(error) = this.write(&*store, &id, now).await {
                tracing::warn!(%error, "The last use of a session could not be noted; trying again");
            }
        });
        let _ = tokio::time::timeout(WAIT, noted).await;
    }

    /// Writes the notes that could not be written before; whether all of them are written now.
    pub async fn catch_up(&self, store: &dyn Store) -> bool {
        let pending: Vec<_> = self
            .pending()
            .iter()
            .map(|(id, used_at)| (id.clone(), *used_at))
            .collect();
        let count = pending.len();
        for (id, used_at) in pending {
            // The others would fail as well.
            if let Err(error) = self.write(store, &id, used_at).await {
                tracing::warn!(count, %error, "Last uses of sessions cannot be noted; trying again");
                return false;
            }
        }
        true
    }

    async fn write(
        &self,
        store: &dyn Store,
        id: &SessionId,
        used_at: Timestamp,
    ) -> Result<(), crate::store::StoreError> {
        store.touch_session(id, used_at).await?;
        let mut pending = self.pending();
        // Unless it was used again meanwhile.
        if pending.get(id) == Some(&used_at) {
            pending.remove(id);
        }
        Ok(())
    }

    fn pending(&self) -> MutexGuard<'_, HashMap<SessionId, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
