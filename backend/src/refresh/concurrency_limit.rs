//! Bounds the number of concurrent token requests over all connections. After an outage, or when
//! many connections were made at one time, all of them are due together; open files and the
//! provider's capacity are limited.

use std::{sync::Arc, time::Duration};

use tokio::sync::{Semaphore, SemaphorePermit, watch};

use crate::backoff::add_jitter;

/// Maximum number of concurrent token requests.
const MAX_CONCURRENT: usize = 16;
/// Maximum number of these that proactive refreshes may take.
const MAX_PROACTIVE: usize = 12;
/// Maximum delay before a proactive refresh starts.
const MAX_JITTER: Duration = Duration::from_secs(2);

/// Whether somebody waits for a refresh. Once raised, it stays urgent.
#[derive(Clone, Debug)]
pub(super) struct Urgency(Arc<watch::Sender<bool>>);

impl Urgency {
    /// Creates the urgency of a refresh, which is urgent if somebody waits for it already.
    pub(super) fn new(is_urgent: bool) -> Self {
        Self(Arc::new(watch::Sender::new(is_urgent)))
    }

    /// Marks the refresh as urgent.
    pub(super) fn raise(&self) {
        self.0.send_replace(true);
    }

    /// Returns whether somebody waits for the refresh.
    pub(super) fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    async fn raised(&self) {
        // This cannot fail: the sender is held by `self`.
        let _ = self.0.subscribe().wait_for(|urgent| *urgent).await;
    }
}

/// Bounds the number of concurrent token requests.
#[derive(Debug)]
pub(super) struct ConcurrencyLimit {
    all: Semaphore,
    proactive: Semaphore,
}

/// Permits one token request until dropped.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    _one: Option<SemaphorePermit<'a>>,
    _proactive: Option<SemaphorePermit<'a>>,
}

impl Default for ConcurrencyLimit {
    fn default() -> Self {
        Self {
            all: Semaphore::new(MAX_CONCURRENT),
            proactive: Semaphore::new(MAX_PROACTIVE),
        }
    }
}

impl ConcurrencyLimit {
    /// Waits for a permit. A proactive refresh starts with jitter and leaves some permits free;
    /// once it becomes urgent, neither delays it any longer.
    pub(super) async fn acquire(&self, urgency: &Urgency) -> Permit<'_> {
        tokio::select! {
            biased;
            () = urgency.raised() => self.acquire_now(None).await,
            permit = self.acquire_proactive() => permit,
        }
    }

    async fn acquire_proactive(&self) -> Permit<'_> {
        tokio::time::sleep(add_jitter(Duration::ZERO, MAX_JITTER)).await;
        let proactive = self.proactive.acquire().await.ok();
        self.acquire_now(proactive).await
    }

    async fn acquire_now<'a>(&'a self, proactive: Option<SemaphorePermit<'a>>) -> Permit<'a> {
        Permit {
            // Fails only when the semaphore is closed, which never happens.
            _one: self.all.acquire().await.ok(),
            _proactive: proactive,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt as _, stream::FuturesUnordered};
    use tokio::time::{Instant, timeout};

    use super::*;

    const SOON: Duration = Duration::from_millis(1);

    async fn held<'a>(permits: &'a ConcurrencyLimit, urgency: &Urgency) -> Option<Permit<'a>> {
        timeout(MAX_JITTER + SOON, permits.acquire(urgency))
            .await
            .ok()
    }

    #[tokio::test(start_paused = true)]
    async fn rel_5_refreshes_ahead_are_spread_and_leave_permits_to_those_that_are_waited_for() {
        let permits = ConcurrencyLimit::default();
        let (proactive, urgent) = (Urgency::new(false), Urgency::new(true));
        let began = Instant::now();
        let mut waiting: FuturesUnordered<_> = (0..MAX_CONCURRENT)
            .map(|_| permits.acquire(&proactive))
            .collect();
        let mut permits_held = Vec::new();
        let mut times = Vec::new();
        while let Ok(Some(permit)) = timeout(MAX_JITTER + SOON, waiting.next()).await {
            permits_held.push(permit);
            times.push(began.elapsed());
        }
        assert_eq!(permits_held.len(), MAX_PROACTIVE);
        times.dedup();
        assert!(times.len() > 1, "spread: {times:?}");

        for _ in MAX_PROACTIVE..MAX_CONCURRENT {
            let at = Instant::now();
            permits_held.push(held(&permits, &urgent).await.unwrap());
            assert_eq!(
                at.elapsed(),
                Duration::ZERO,
                "no jitter where somebody waits"
            );
        }
        assert!(held(&permits, &urgent).await.is_none(), "there are no more");
        permits_held.pop();
        assert!(held(&permits, &urgent).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn rel_5_a_refresh_ahead_that_somebody_waits_for_by_now_goes_first() {
        let permits = ConcurrencyLimit::default();
        let mut others = Vec::new();
        for _ in 0..MAX_PROACTIVE {
            others.push(permits.acquire(&Urgency::new(false)).await);
        }
        let urgency = Urgency::new(false);
        let mut waiting = Box::pin(permits.acquire(&urgency));
        assert!(timeout(MAX_JITTER + SOON, &mut waiting).await.is_err());
        urgency.raise();
        assert!(timeout(SOON, waiting).await.is_ok());
        // It stays urgent for the next attempt.
        assert!(timeout(SOON, permits.acquire(&urgency)).await.is_ok());
    }
}
