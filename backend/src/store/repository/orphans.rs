//! Orphaned connections, which no session is authorized for: first marked, and deleted when they
//! have been marked for long.
//!
//! All of this happens in batches, since another write may wait for one of them, and no write may
//! wait for all. Whatever is interrupted is continued by the next sweep.

use domain::ids::RevocationId;
use jiff::Timestamp;

use super::{Repository, retry};
use crate::{
    activity::{self, Event},
    store::{
        Revocation, StoreError,
        database::{ConnectionChanges as _, Database, Transaction as _},
    },
};

/// Maximum number of connections that are changed at once.
const BATCH: u32 = 50;
/// Maximum number of batches that one sweep deletes.
const MAX_BATCHES: u32 = 100;

impl<D: Database> Repository<D> {
    /// Marks orphaned connections with the current time, and removes outdated marks.
    pub(super) async fn mark_orphaned(&self, now: Timestamp) -> Result<(), StoreError> {
        let database = &self.database;
        let mut after = None;
        loop {
            let found = database.find_orphaned(after.as_ref(), BATCH).await?;
            if found.is_empty() {
                break;
            }
            database.mark_orphaned(&found, now).await?;
            after = found.into_iter().next_back();
        }
        let mut after = None;
        loop {
            let found = database.find_outdated_marks(after.as_ref(), BATCH).await?;
            if found.is_empty() {
                break;
            }
            database.remove_marks(&found, now).await?;
            after = found.into_iter().next_back();
        }
        Ok(())
    }

    /// Deletes connections that have been marked since `since`, and enqueues the revocation of their
    /// tokens. Returns how many.
    pub(super) async fn delete_orphaned(
        &self,
        now: Timestamp,
        since: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut deleted = 0;
        for _ in 0..MAX_BATCHES {
            let batch = retry(|| self.try_delete_orphaned(now, since)).await?;
            deleted += batch;
            if batch < u64::from(BATCH) {
                break;
            }
        }
        Ok(deleted)
    }

    async fn try_delete_orphaned(
        &self,
        now: Timestamp,
        since: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut tx = self.database.begin().await?;
        let mut deleted = Vec::new();
        for (id, record) in tx.delete_orphaned(since, BATCH).await? {
            let token = record
                .token
                .and_then(|sealed| self.sealer.open_ended(&id, &sealed));
            if let Some(token) = token {
                let revocation = Revocation {
                    id: RevocationId::generate(),
                    token,
                    tries: 0,
                };
                self.insert_revocation(&mut tx, &id, &revocation, record.expires_at, now)
                    .await?;
            }
            deleted.push(id);
        }
        // No cache holds them, since no session is authorized for them.
        tx.commit(&[]).await?;
        for id in &deleted {
            activity::note(Event::swept(id));
        }
        Ok(deleted.len() as u64)
    }
}
