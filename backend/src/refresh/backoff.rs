//! Backoff between automatic refreshes of a connection that failed: exponential with jitter, or as
//! long as the provider requests. It avoids a burst of requests to a provider that is recovering.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use domain::ids::ConnectionId;

use crate::backoff::{exponential, with_jitter};

/// Delay after the second consecutive failure; doubled with each further one. A single failure
/// causes no delay, since each refresh makes several attempts itself.
pub(super) const INITIAL_DELAY: Duration = Duration::from_secs(1);
/// Upper bound of the delay, unless the provider requests more.
const MAX_DELAY: Duration = Duration::from_mins(1);
/// Upper bound of a delay that the provider requests: an absurd value must not stop refreshes for
/// years.
const MAX_RETRY_AFTER: Duration = Duration::from_mins(15);
/// Maximum jitter, so that clients with the same `Retry-After` do not return together.
const MAX_JITTER: Duration = Duration::from_secs(2);
/// Time after which the record of a failure is evicted.
const EVICT_AFTER: Duration = Duration::from_mins(10);
/// Time for which no refresh follows a 401 of the API for a token pair that was just refreshed.
const UNAUTHORIZED_FOR: Duration = Duration::from_mins(1);

/// Backoff state of the token pairs whose refresh failed recently, by connection. A newer
/// generation starts without failures, so that a person who reconnects does not wait for the
/// earlier pair.
#[derive(Debug, Default)]
pub(super) struct Backoff(Mutex<HashMap<ConnectionId, Entry>>);

#[derive(Clone, Copy, Debug)]
struct Entry {
    generation: u64,
    failures: u32,
    /// No automatic refresh before this time.
    until: Instant,
    /// No proactive refresh before this time.
    proactive_until: Instant,
    /// Until this time, a 401 of the API does not cause a refresh.
    refused_until: Instant,
}

/// The minimum delays after a failure; the exponential backoff may be longer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RetryDelay {
    /// Delay before any refresh.
    pub(super) retry_after: Option<Duration>,
    /// Delay before a proactive refresh.
    pub(super) proactive: Duration,
}

impl Backoff {
    /// Returns the remaining delay before an automatic refresh of the pair, if any.
    pub(super) fn left(
        &self,
        id: &ConnectionId,
        generation: u64,
        now: Instant,
    ) -> Option<Duration> {
        let left = self
            .entry_of(id, generation)?
            .until
            .saturating_duration_since(now);
        (!left.is_zero()).then_some(left)
    }

    /// Returns whether a proactive refresh of the pair is allowed.
    pub(super) fn allow_ahead(&self, id: &ConnectionId, generation: u64, now: Instant) -> bool {
        self.entry_of(id, generation)
            .is_none_or(|entry| entry.until.max(entry.proactive_until) <= now)
    }

    /// Returns whether the API recently rejected the pair although it was new.
    pub(super) fn is_refused(&self, id: &ConnectionId, generation: u64, now: Instant) -> bool {
        self.entry_of(id, generation)
            .is_some_and(|entry| now < entry.refused_until)
    }

    fn entry_of(&self, id: &ConnectionId, generation: u64) -> Option<Entry> {
        let backoffs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = backoffs.get(id).copied();
        entry.filter(|entry| entry.generation == generation)
    }

    /// Records a failed refresh of the pair.
    pub(super) fn failed(
        &self,
        id: &ConnectionId,
        generation: u64,
        delay: RetryDelay,
        now: Instant,
    ) {
        self.change(id, generation, now, |entry| {
            let exponential = match entry.failures {
                0 => Duration::ZERO,
                failures => exponential(INITIAL_DELAY, failures, MAX_DELAY),
            };
            let retry_after = delay.retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
            let jittered = with_jitter(exponential.max(retry_after), MAX_JITTER);
            entry.until = now + jittered.min(MAX_RETRY_AFTER);
            entry.proactive_until = now + delay.proactive.min(MAX_RETRY_AFTER);
            entry.failures = entry.failures.saturating_add(1);
        });
    }

    /// Records that the pair was not presented, because the provider is known not to answer. It is no
    /// failure of this pair, so that the next delay is no longer for it.
    pub(super) fn withheld(
        &self,
        id: &ConnectionId,
        generation: u64,
        after: Duration,
        now: Instant,
    ) {
        self.change(id, generation, now, |entry| {
            let until = now + with_jitter(after.min(MAX_RETRY_AFTER), MAX_JITTER);
            entry.until = entry.until.max(until);
        });
    }

    /// Records that the API rejected the pair although it was new.
    pub(super) fn refused(&self, id: &ConnectionId, generation: u64, now: Instant) {
        self.change(id, generation, now, |entry| {
            entry.refused_until = now + UNAUTHORIZED_FOR;
        });
    }

    /// Updates the entry of a pair. Does nothing if a newer pair has an entry.
    fn change(
        &self,
        id: &ConnectionId,
        generation: u64,
        now: Instant,
        change: impl FnOnce(&mut Entry),
    ) {
        let mut backoffs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let clean = Entry {
            generation,
            failures: 0,
            until: now,
            proactive_until: now,
            refused_until: now,
        };
        let entry = backoffs.entry(id.clone()).or_insert(clean);
        if entry.generation < generation {
            *entry = clean;
        }
        if entry.generation == generation {
            change(entry);
        }
    }

    /// Evicts expired entries, so that memory stays bounded.
    pub(super) fn evict_idle(&self, now: Instant) {
        let mut backoffs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        backoffs.retain(|_, entry| {
            let last = entry.until.max(entry.proactive_until);
            now < last.max(entry.refused_until) + EVICT_AFTER
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the id of the one connection of most tests.
    fn c() -> ConnectionId {
        ConnectionId::presented("c")
    }

    const NONE: RetryDelay = RetryDelay {
        retry_after: None,
        proactive: Duration::ZERO,
    };

    fn retry_after(retry_after: Duration) -> RetryDelay {
        RetryDelay {
            retry_after: Some(retry_after),
            ..NONE
        }
    }

    /// Returns whether the remaining delay is `entry` plus at most the jitter.
    fn is_about(left: Option<Duration>, entry: Duration) -> bool {
        left.is_some_and(|left| left >= entry && left <= (entry * 5 / 4).min(MAX_RETRY_AFTER))
    }

    #[test]
    fn rel_5_delays_grow_to_a_minute_unless_more_is_requested() {
        let backoffs = Backoff::default();
        let mut now = Instant::now();
        assert_eq!(backoffs.left(&c(), 3, now), None);
        backoffs.failed(&c(), 3, NONE, now);
        assert_eq!(backoffs.left(&c(), 3, now), None);
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            let entry = Duration::from_secs(seconds);
            backoffs.failed(&c(), 3, NONE, now);
            assert!(is_about(backoffs.left(&c(), 3, now), entry), "{seconds}");
            assert!(!backoffs.allow_ahead(&c(), 3, now));
            assert_eq!(backoffs.left(&ConnectionId::presented("d"), 3, now), None);
            now += entry * 5 / 4;
            assert_eq!(backoffs.left(&c(), 3, now), None);
            assert!(backoffs.allow_ahead(&c(), 3, now));
        }
        let five = Duration::from_mins(5);
        backoffs.failed(&c(), 3, retry_after(five), now);
        assert!(is_about(backoffs.left(&c(), 3, now), five));
        backoffs.failed(&c(), 3, retry_after(Duration::MAX), now);
        assert_eq!(backoffs.left(&c(), 3, now), Some(MAX_RETRY_AFTER));
        backoffs.evict_idle(now + MAX_RETRY_AFTER);
        assert_eq!(backoffs.0.lock().unwrap().len(), 1);
        backoffs.evict_idle(now + MAX_RETRY_AFTER + EVICT_AFTER);
        assert!(backoffs.0.lock().unwrap().is_empty());
    }

    #[test]
    fn rel_5_a_newer_pair_has_a_clean_record() {
        let (backoffs, now) = (Backoff::default(), Instant::now());
        let five = Duration::from_mins(5);
        backoffs.failed(&c(), 3, retry_after(five), now);
        assert_eq!(backoffs.left(&c(), 4, now), None);
        backoffs.failed(&c(), 4, NONE, now);
        backoffs.failed(&c(), 4, NONE, now);
        assert!(is_about(backoffs.left(&c(), 4, now), INITIAL_DELAY));
        // A late failure of the earlier pair changes nothing.
        backoffs.failed(&c(), 3, retry_after(five), now);
        assert!(is_about(backoffs.left(&c(), 4, now), INITIAL_DELAY));
        assert_eq!(backoffs.left(&c(), 3, now), None);
    }

    #[test]
    fn rel_5_what_was_withheld_waits_for_the_probe_and_counts_as_no_failure() {
        let (backoffs, mut now) = (Backoff::default(), Instant::now());
        let four = Duration::from_secs(4);
        for _ in 0..10 {
            backoffs.withheld(&c(), 3, four, now);
            assert!(is_about(backoffs.left(&c(), 3, now), four));
            assert!(!backoffs.allow_ahead(&c(), 3, now));
            now += four * 5 / 4;
            assert_eq!(backoffs.left(&c(), 3, now), None);
        }
        backoffs.failed(&c(), 3, NONE, now);
        assert_eq!(backoffs.left(&c(), 3, now), None, "it is the first failure");
    }

    #[test]
    fn what_may_be_consumed_is_not_presented_ahead_of_need_and_is_when_needed() {
        let (backoffs, now) = (Backoff::default(), Instant::now());
        let delay = RetryDelay {
            retry_after: None,
            proactive: Duration::from_mins(3),
        };
        backoffs.failed(&c(), 0, delay, now);
        assert!(!backoffs.allow_ahead(&c(), 0, now));
        assert_eq!(backoffs.left(&c(), 0, now), None);
        assert!(backoffs.allow_ahead(&c(), 0, now + delay.proactive));
    }

    #[test]
    fn a_refusal_of_a_new_pair_is_cached_for_a_minute_and_for_that_pair() {
        let (backoffs, now) = (Backoff::default(), Instant::now());
        backoffs.refused(&c(), 2, now);
        assert!(backoffs.is_refused(&c(), 2, now));
        assert!(!backoffs.is_refused(&c(), 3, now));
        assert!(!backoffs.is_refused(&c(), 2, now + UNAUTHORIZED_FOR));
        assert_eq!(backoffs.left(&c(), 2, now), None, "a person may renew it");
    }
}
