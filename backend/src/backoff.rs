//! Exponential backoff with jitter: retries become rarer with every failure, and clients that failed
//! at the same time do not retry at the same time.

use std::time::Duration;

pub use domain::backoff::exponential;
use rand::RngExt as _;

/// Returns `delay` plus a random jitter of up to a quarter of it, but no more than `max_jitter`.
#[must_use]
pub fn with_jitter(delay: Duration, max_jitter: Duration) -> Duration {
    add_jitter(delay, max_jitter.min(delay / 4))
}

/// Returns `delay` plus a random jitter of up to `max_jitter`.
#[must_use]
pub fn add_jitter(delay: Duration, max_jitter: Duration) -> Duration {
    delay.saturating_add(rand::rng().random_range(Duration::ZERO..=max_jitter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_only_adds_and_not_much() {
        let max_jitter = Duration::from_secs(2);
        for (delay, max) in [(0, 0), (4_000, 5_000), (60_000, 62_000)] {
            let delay = Duration::from_millis(delay);
            for _ in 0..50 {
                let jittered = with_jitter(delay, max_jitter);
                assert!(jittered >= delay && jittered <= Duration::from_millis(max));
            }
        }
        assert_eq!(with_jitter(Duration::MAX, max_jitter).as_secs(), u64::MAX);
    }
}
