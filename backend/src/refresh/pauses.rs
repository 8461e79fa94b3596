//! How long a renewal that failed is not tried again by itself: a growing while, or what the provider
//! asked for. No storm on one that is coming back.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// After the second failure in a row; doubled with each that follows. A single one is no reason to
/// keep anybody waiting: a refresh tries a few times itself.
const FIRST: Duration = Duration::from_secs(1);
/// At most this, unless the provider asks for more.
const LONGEST: Duration = Duration::from_mins(1);
/// A provider that asks for more is asked again after this: a number out of line must not stop
/// renewal for years.
const ASKED_AT_MOST: Duration = Duration::from_mins(15);
/// A failure so long ago counts for nothing.
const FORGOTTEN_AFTER: Duration = Duration::from_mins(10);

/// Connections whose renewal failed lately.
#[derive(Debug, Default)]
pub(super) struct Pauses(Mutex<HashMap<String, Pause>>);

#[derive(Clone, Copy, Debug)]
struct Pause {
    until: Instant,
    failures: u32,
}

impl Pauses {
    /// How much longer the connection is not renewed by itself.
    pub(super) fn left(&self, id: &str, now: Instant) -> Option<Duration> {
        let pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = pauses.get(id)?.until.saturating_duration_since(now);
        (!left.is_zero()).then_some(left)
    }

    /// A renewal failed; `asked` is what must be waited for, within reason.
    pub(super) fn failed(&self, id: &str, asked: Option<Duration>, now: Instant) {
        let mut pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = pauses.get(id).map_or(0, |pause| pause.failures);
        let growing = match failures {
            0 => Duration::ZERO,
            _ => (FIRST * 2_u32.saturating_pow((failures - 1).min(10))).min(LONGEST),
        };
        let pause = Pause {
            until: now + asked.map_or(growing, |asked| asked.min(ASKED_AT_MOST).max(growing)),
            failures: failures.saturating_add(1),
        };
        pauses.insert(id.to_owned(), pause);
    }

    /// A renewal went well.
    pub(super) fn over(&self, id: &str) {
        let mut pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pauses.remove(id);
    }

    /// Forgets what is long over, so that memory stays bounded.
    pub(super) fn forget_the_quiet(&self, now: Instant) {
        let mut pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pauses.retain(|_, pause| now < pause.until + FORGOTTEN_AFTER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rel_5_pauses_grow_to_a_minute_unless_more_is_asked_for() {
        let pauses = Pauses::default();
        let mut now = Instant::now();
        assert_eq!(pauses.left("c", now), None);
        pauses.failed("c", None, now);
        assert_eq!(pauses.left("c", now), None);
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            pauses.failed("c", None, now);
            assert_eq!(pauses.left("c", now), Some(Duration::from_secs(seconds)));
            assert_eq!(pauses.left("d", now), None);
            now += Duration::from_secs(seconds);
            assert_eq!(pauses.left("c", now), None);
        }
        pauses.failed("c", Some(Duration::from_mins(5)), now);
        assert_eq!(pauses.left("c", now), Some(Duration::from_mins(5)));
        pauses.failed("c", Some(Duration::MAX), now);
        assert_eq!(pauses.left("c", now), Some(ASKED_AT_MOST));
        pauses.over("c");
        assert_eq!(pauses.left("c", now), None);
        pauses.failed("c", Some(FIRST), now);
        assert_eq!(
            pauses.left("c", now),
            Some(FIRST),
            "the first one, if asked for"
        );
        pauses.forget_the_quiet(now + FORGOTTEN_AFTER);
        assert_eq!(pauses.0.lock().unwrap().len(), 1);
        pauses.forget_the_quiet(now + FIRST + FORGOTTEN_AFTER);
        assert!(pauses.0.lock().unwrap().is_empty());
    }
}
