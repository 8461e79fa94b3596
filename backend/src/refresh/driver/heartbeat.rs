//! Renews the lease while a command is carried out.

use std::{pin::pin, time::Duration};

use tokio::time::{Instant, sleep_until};

use crate::{
    metrics,
    store::{Store, lease::Lease},
};

/// Lifetime of a lease after its last renewal.
pub(super) const LEASE_LIFETIME: Duration = Duration::from_secs(10);
/// Interval at which the owner renews the lease.
const INTERVAL: Duration = Duration::from_secs(3);

/// The renewals of one lease.
#[derive(Debug)]
pub(super) struct Heartbeat {
    next_at: Instant,
    is_lost: bool,
}

impl Default for Heartbeat {
    /// Returns the heartbeat of a lease that was acquired or renewed just now.
    fn default() -> Self {
        Self {
            next_at: Instant::now() + INTERVAL,
            is_lost: false,
        }
    }
}

impl Heartbeat {
    /// Runs `work` to its end and renews the lease meanwhile, even during the slowest token request.
    /// Both are polled concurrently: a renewal that waits for the database must not block the work.
    /// The work is not cancelled when the lease is lost, since it may bring a pair.
    pub(super) async fn beside<T>(
        &mut self,
        store: &dyn Store,
        lease: &Lease,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = self.renew_until_lost(store, lease) => {}
        }
        self.is_lost = true;
        work.await
    }

    async fn renew_until_lost(&mut self, store: &dyn Store, lease: &Lease) {
        loop {
            sleep_until(self.next_at).await;
            match store.renew_lease(lease, LEASE_LIFETIME).await {
                Ok(true) => {}
                Ok(false) => {
                    warn_of_loss(lease);
                    return;
                }
                Err(error) => {
                    tracing::warn!(connection = lease.connection().as_str(), %error, "A lease could not be kept alive");
                }
            }
            self.next_at = Instant::now() + INTERVAL;
        }
    }

    /// Returns whether the lease was lost since the last call.
    pub(super) fn take_lost(&mut self) -> bool {
        std::mem::take(&mut self.is_lost)
    }
}

/// Tells that another owner holds the lease, or that the connection was changed meanwhile.
pub(super) fn warn_of_loss(lease: &Lease) {
    metrics::lease_lost();
    tracing::warn!(
        connection = lease.connection().as_str(),
        generation = lease.generation(),
        "The lease of a refresh was lost"
    );
}
