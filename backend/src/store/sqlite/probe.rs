//! The readiness check of a SQLite file: it is where it was, and can be read and written.

use std::{
    sync::{MutexGuard, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use super::SqliteDatabase;
use crate::store::StoreError;

/// Timeout of a check.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Time for which a successful write probe counts.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

impl SqliteDatabase {
    pub(super) async fn check(&self) -> Result<(), StoreError> {
        if !self.file.is_in_place() {
            return Err(StoreError::Moved);
        }
        let check = async {
            sqlx::query("SELECT 1").execute(&self.readers).await?;
            self.probe().await
        };
        tokio::time::timeout(TIMEOUT, check)
            .await
            .unwrap_or(Err(StoreError::TooSlow))
    }

    /// Checks that a write succeeds: takes the write lock, and writes a page unless a recent probe
    /// did so and no write has failed since.
    async fn probe(&self) -> Result<(), StoreError> {
        let mut tx = self.begin_immediate().await?;
        let is_known = !self.in_doubt.load(Ordering::Relaxed)
            && self
                .probed_at()
                .is_some_and(|at| at.elapsed() < PROBE_INTERVAL);
        if is_known {
            return Ok(tx.rollback().await?);
        }
        // Reset first: a write that fails from here on must cause another probe.
        self.in_doubt.store(false, Ordering::Relaxed);
        *self.probed_at() = None;
        // This is written even if the number stays the same; nothing reads it.
        sqlx::query("PRAGMA user_version = 1")
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        *self.probed_at() = Some(Instant::now());
        Ok(())
    }

    fn probed_at(&self) -> MutexGuard<'_, Option<Instant>> {
        self.probed_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
