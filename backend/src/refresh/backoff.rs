//! How long a renewal that failed is not tried again by itself: exponential backoff with jitter, or
//! what the provider asked for. No storm on one that is coming back.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::backoff::{exponential, with_jitter};

/// After the second failure in a row; doubled with each that follows. A single one is no reason to
/// keep anybody waiting: a refresh tries a few times itself.
pub(super) const FIRST: Duration = Duration::from_secs(1);
/// At most this, unless the provider asks for more.
const LONGEST: Duration = Duration::from_mins(1);
/// A provider that asks for more is asked again after this: a number out of line must not stop
/// renewal for years.
const ASKED_AT_MOST: Duration = Duration::from_mins(15);
/// Who was told the same time comes back spread over this much more.
const JITTER_AT_MOST: Duration = Duration::from_secs(2);
/// A failure so long ago counts for nothing.
const FORGOTTEN_AFTER: Duration = Duration::from_mins(10);
/// A connection whose newest token the API refuses is not renewed for that again so soon.
const REFUSED_FOR: Duration = Duration::from_mins(1);

/// Pairs whose renewal failed lately, by connection. A newer pair has a clean record, so that a
/// person who connects again does not wait for what befell the pair before.
#[derive(Debug, Default)]
pub(super) struct Backoff(Mutex<HashMap<String, Entry>>);

#[derive(Clone, Copy, Debug)]
struct Entry {
    generation: u64,
    failures: u32,
    /// Until then nothing is sent.
    until: Instant,
    /// Until then nothing is sent ahead of need.
    proactive_until: Instant,
    /// Until then a 401 of the API does not mean that the pair is old.
    refused_until: Instant,
}

/// What must be waited for after a failure, beside the backoff.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RetryDelay {
    /// Before anything is sent again.
    pub(super) asked: Option<Duration>,
    /// Before anything is sent that could as well be sent later.
    pub(super) proactive: Duration,
}

impl Backoff {
    /// How much longer the pair is not renewed by itself.
    pub(super) fn left(&self, id: &str, generation: u64, now: Instant) -> Option<Duration> {
        let left = self
            .of(id, generation)?
            .until
            .saturating_duration_since(now);
        (!left.is_zero()).then_some(left)
    }

    /// Whether the pair may be renewed before it must be.
    pub(super) fn allow_ahead(&self, id: &str, generation: u64, now: Instant) -> bool {
        self.of(id, generation)
            .is_none_or(|entry| entry.until.max(entry.proactive_until) <= now)
    }

    /// Whether the API refused the pair lately although it was new.
    pub(super) fn is_refused(&self, id: &str, generation: u64, now: Instant) -> bool {
        self.of(id, generation)
            .is_some_and(|entry| now < entry.refused_until)
    }

    fn of(&self, id: &str, generation: u64) -> Option<Entry> {
        let backoffs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = backoffs.get(id).copied();
        entry.filter(|entry| entry.generation == generation)
    }

    /// A renewal of the pair failed.
    pub(super) fn failed(&self, id: &str, generation: u64, wait: RetryDelay, now: Instant) {
        self.change(id, generation, now, |entry| {
            let exponential = match entry.failures {
                0 => Duration::ZERO,
                failures => exponential(FIRST, failures, LONGEST),
            };
            let asked = wait.asked.unwrap_or_default().min(ASKED_AT_MOST);
            let jittered = with_jitter(exponential.max(asked), JITTER_AT_MOST);
            entry.until = now + jittered.min(ASKED_AT_MOST);
            entry.proactive_until = now + wait.proactive.min(ASKED_AT_MOST);
            entry.failures = entry.failures.saturating_add(1);
        });
    }

    /// The API refused the pair although it is new.
    pub(super) fn refused(&self, id: &str, generation: u64, now: Instant) {
        self.change(id, generation, now, |entry| {
            entry.refused_until = now + REFUSED_FOR;
        });
    }

    /// Changes what is known of a pair; of one that has been replaced, nothing matters.
    fn change(&self, id: &str, generation: u64, now: Instant, change: impl FnOnce(&mut Entry)) {
        let mut backoffs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let clean = Entry {
            generation,
            failures: 0,
            until: now,
            proactive_until: now,
            refused_until: now,
        };
        let entry = backoffs.entry(id.to_owned()).or_insert(clean);
        if entry.generation < generation {
            *entry = clean;
        }
        if entry.generation == generation {
            change(entry);
        }
    }

    /// Forgets what is long over, so that memory stays bounded.
    pub(super) fn evict_idle(&self, now: Instant) {
        let mut backoffs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        backoffs.retain(|_, entry| {
            let last = entry.until.max(entry.proactive_until);
            now < last.max(entry.refused_until) + FORGOTTEN_AFTER
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: RetryDelay = RetryDelay {
        asked: None,
        proactive: Duration::ZERO,
    };

    fn asked(asked: Duration) -> RetryDelay {
        RetryDelay {
            asked: Some(asked),
            ..NONE
        }
    }

    /// Whether so much is left, and no more than the jitter beside it.
    fn is_about(left: Option<Duration>, entry: Duration) -> bool {
        left.is_some_and(|left| left >= entry && left <= (entry * 5 / 4).min(ASKED_AT_MOST))
    }

    #[test]
    fn rel_5_pauses_grow_to_a_minute_unless_more_is_asked_for() {
        let backoffs = Backoff::default();
        let mut now = Instant::now();
        assert_eq!(backoffs.left("c", 3, now), None);
        backoffs.failed("c", 3, NONE, now);
        assert_eq!(backoffs.left("c", 3, now), None);
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            let entry = Duration::from_secs(seconds);
            backoffs.failed("c", 3, NONE, now);
            assert!(is_about(backoffs.left("c", 3, now), entry), "{seconds}");
            assert!(!backoffs.allow_ahead("c", 3, now));
            assert_eq!(backoffs.left("d", 3, now), None);
            now += entry * 5 / 4;
            assert_eq!(backoffs.left("c", 3, now), None);
            assert!(backoffs.allow_ahead("c", 3, now));
        }
        let five = Duration::from_mins(5);
        backoffs.failed("c", 3, asked(five), now);
        assert!(is_about(backoffs.left("c", 3, now), five));
        backoffs.failed("c", 3, asked(Duration::MAX), now);
        assert_eq!(backoffs.left("c", 3, now), Some(ASKED_AT_MOST));
        backoffs.evict_idle(now + ASKED_AT_MOST);
        assert_eq!(backoffs.0.lock().unwrap().len(), 1);
        backoffs.evict_idle(now + ASKED_AT_MOST + FORGOTTEN_AFTER);
        assert!(backoffs.0.lock().unwrap().is_empty());
    }

    #[test]
    fn rel_5_a_newer_pair_has_a_clean_record() {
        let (backoffs, now) = (Backoff::default(), Instant::now());
        let five = Duration::from_mins(5);
        backoffs.failed("c", 3, asked(five), now);
        assert_eq!(backoffs.left("c", 4, now), None);
        backoffs.failed("c", 4, NONE, now);
        backoffs.failed("c", 4, NONE, now);
        assert!(is_about(backoffs.left("c", 4, now), FIRST));
        // A late failure of the pair before changes nothing.
        backoffs.failed("c", 3, asked(five), now);
        assert!(is_about(backoffs.left("c", 4, now), FIRST));
        assert_eq!(backoffs.left("c", 3, now), None);
    }

    #[test]
    fn what_may_be_consumed_is_not_presented_ahead_of_need_and_is_when_needed() {
        let (backoffs, now) = (Backoff::default(), Instant::now());
        let wait = RetryDelay {
            asked: None,
            proactive: Duration::from_mins(3),
        };
        backoffs.failed("c", 0, wait, now);
        assert!(!backoffs.allow_ahead("c", 0, now));
        assert_eq!(backoffs.left("c", 0, now), None);
        assert!(backoffs.allow_ahead("c", 0, now + wait.proactive));
    }

    #[test]
    fn a_refusal_of_a_new_pair_is_remembered_for_a_minute_and_for_that_pair() {
        let (backoffs, now) = (Backoff::default(), Instant::now());
        backoffs.refused("c", 2, now);
        assert!(backoffs.is_refused("c", 2, now));
        assert!(!backoffs.is_refused("c", 3, now));
        assert!(!backoffs.is_refused("c", 2, now + REFUSED_FOR));
        assert_eq!(backoffs.left("c", 2, now), None, "a person may renew it");
    }
}
