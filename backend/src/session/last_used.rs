//! Records when sessions were last used, without blocking requests: a write that fails is kept here
//! and retried, and requests are served meanwhile (REL-13).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{ids::SessionId, session::StoredSession};
use jiff::Timestamp;
use tokio_util::task::TaskTracker;

use crate::store::Store;

/// Maximum time that a request waits for the write; the write itself continues.
const TIMEOUT: Duration = Duration::from_millis(250);
/// Maximum number of pending writes. While the store fails, further sessions are not recorded.
const CAPACITY: usize = 4_096;

/// Last uses that have not been written to the store yet.
#[derive(Clone, Debug, Default)]
pub struct LastUsed(Arc<Mutex<HashMap<SessionId, Timestamp>>>);

impl LastUsed {
    /// Returns the session with its pending last use, if that is later than the stored one.
    #[must_use]
    pub fn known(&self, mut session: StoredSession) -> StoredSession {
        session.last_used_at = self.latest(&session.id, session.last_used_at);
        session
    }

    /// Returns when a session was last used: its pending last use, if that is later than the stored
    /// one.
    #[must_use]
    pub fn latest(&self, id: &SessionId, stored: Timestamp) -> Timestamp {
        let pending = self.pending();
        // Nearly always there is none: a use is recorded once in a while, and written at once.
        if pending.is_empty() {
            return stored;
        }
        pending
            .get(id)
            .map_or(stored, |used_at| stored.max(*used_at))
    }

    /// Records a use, in a task of its own.
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
        let _ = tokio::time::timeout(TIMEOUT, noted).await;
    }

    /// Retries pending writes. Returns whether all of them succeeded.
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
