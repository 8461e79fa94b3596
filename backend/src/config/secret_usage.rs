//! When a secret was read and when it was accepted. Nothing here is secret.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// When a secret was last read again, and last accepted.
#[derive(Debug, Default)]
pub struct SecretUsage {
    /// Milliseconds since the epoch; zero for never.
    reread_at: AtomicI64,
    accepted_at: AtomicI64,
}

impl SecretUsage {
    /// Records that another secret was read. Nobody has accepted it yet.
    pub fn reread(&self, now: Timestamp) {
        self.accepted_at.store(0, Ordering::Relaxed);
        self.reread_at
            .store(now.as_millisecond(), Ordering::Relaxed);
    }

    /// Records that the provider accepted the secret.
    pub fn accepted(&self, now: Timestamp) {
        self.accepted_at
            .store(now.as_millisecond(), Ordering::Relaxed);
    }

    /// Returns when another secret was last read since the start.
    #[must_use]
    pub fn reread_at(&self) -> Option<Timestamp> {
        time(&self.reread_at)
    }

    /// Returns when the provider last accepted the secret since it was read.
    #[must_use]
    pub fn accepted_at(&self) -> Option<Timestamp> {
        time(&self.accepted_at)
    }
}

fn time(ms: &AtomicI64) -> Option<Timestamp> {
    let ms = Some(ms.load(Ordering::Relaxed)).filter(|ms| *ms != 0);
    Timestamp::from_millisecond(ms?).ok()
}
