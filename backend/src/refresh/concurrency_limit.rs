//! How many token requests are under way at once, over all connections. After an outage, or where
//! many connections were made at one time, all of them are due together, and neither this process's
//! open files nor the provider's patience are without end.

use std::{sync::Arc, time::Duration};

use rand::RngExt as _;
use tokio::sync::{Semaphore, SemaphorePermit, watch};

/// Token requests at once.
const AT_ONCE: usize = 16;
/// Of these, refreshes that nobody waits for take no more than so many.
const AHEAD_AT_ONCE: usize = 12;
/// A refresh that nobody waits for begins at any time in this.
const JITTER: Duration = Duration::from_secs(2);

/// Whether somebody waits for a refresh. Once somebody does, it stays urgent.
#[derive(Clone, Debug)]
pub(super) struct Urgency(Arc<watch::Sender<bool>>);

impl Urgency {
    /// Of a refresh that somebody waits for, or that nobody waits for yet.
    pub(super) fn new(is_urgent: bool) -> Self {
        Self(Arc::new(watch::Sender::new(is_urgent)))
    }

    /// Somebody waits for it.
    pub(super) fn raise(&self) {
        self.0.send_replace(true);
    }

    async fn raised(&self) {
        // The sender is held here, so that this does not fail.
        let _ = self.0.subscribe().wait_for(|urgent| *urgent).await;
    }
}

/// Bounds the token requests under way at once.
#[derive(Debug)]
pub(super) struct ConcurrencyLimit {
    all: Semaphore,
    ahead: Semaphore,
}

/// One token request may be under way; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    _one: Option<SemaphorePermit<'a>>,
    _ahead: Option<SemaphorePermit<'a>>,
}

impl Default for ConcurrencyLimit {
    fn default() -> Self {
        Self {
            all: Semaphore::new(AT_ONCE),
            ahead: Semaphore::new(AHEAD_AT_ONCE),
        }
    }
}

impl ConcurrencyLimit {
    /// Waits for a permit. A refresh that nobody waits for begins with jitter and leaves some permits
    /// free; when it becomes urgent meanwhile, neither holds it up any longer.
    pub(super) async fn acquire(&self, urgency: &Urgency) -> Permit<'_> {
        tokio::select! {
            biased;
            () = urgency.raised() => self.acquire_now(None).await,
            permit = self.acquire_ahead() => permit,
        }
    }

    /// Gives a permit back for a while, and waits for another.
    pub(super) async fn acquire_after(
        &self,
        pause: Duration,
        permit: Permit<'_>,
        urgency: &Urgency,
    ) -> Permit<'_> {
        drop(permit);
        tokio::time::sleep(pause).await;
        self.acquire(urgency).await
    }

    async fn acquire_ahead(&self) -> Permit<'_> {
        let jitter = rand::rng().random_range(Duration::ZERO..=JITTER);
        tokio::time::sleep(jitter).await;
        let ahead = self.ahead.acquire().await.ok();
        self.acquire_now(ahead).await
    }

    async fn acquire_now<'a>(&'a self, ahead: Option<SemaphorePermit<'a>>) -> Permit<'a> {
        Permit {
            // Fails where it is closed, which nobody does.
            _one: self.all.acquire().await.ok(),
            _ahead: ahead,
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
        timeout(JITTER + SOON, permits.acquire(urgency)).await.ok()
    }

    #[tokio::test(start_paused = true)]
    async fn rel_5_refreshes_ahead_are_spread_and_leave_permits_to_those_that_are_waited_for() {
        let permits = ConcurrencyLimit::default();
        let (ahead, urgent) = (Urgency::new(false), Urgency::new(true));
        let began = Instant::now();
        let mut waiting: FuturesUnordered<_> =
            (0..AT_ONCE).map(|_| permits.acquire(&ahead)).collect();
        let mut permits_held = Vec::new();
        let mut times = Vec::new();
        while let Ok(Some(permit)) = timeout(JITTER + SOON, waiting.next()).await {
            permits_held.push(permit);
            times.push(began.elapsed());
        }
        assert_eq!(permits_held.len(), AHEAD_AT_ONCE);
        times.dedup();
        assert!(times.len() > 1, "spread: {times:?}");

        for _ in AHEAD_AT_ONCE..AT_ONCE {
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
        for _ in 0..AHEAD_AT_ONCE {
            others.push(permits.acquire(&Urgency::new(false)).await);
        }
        let urgency = Urgency::new(false);
        let mut waiting = Box::pin(permits.acquire(&urgency));
        assert!(timeout(JITTER + SOON, &mut waiting).await.is_err());
        urgency.raise();
        assert!(timeout(SOON, waiting).await.is_ok());
        // And so it stays, for another try.
        assert!(timeout(SOON, permits.acquire(&urgency)).await.is_ok());
    }
}
