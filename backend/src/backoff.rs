//! Exponential backoff with jitter: retries become rarer with every failure, and clients that
//! failed at the same time do not retry at the same time.

use std::time::Duration;

use rand::RngExt as _;

/// Returns `initial` after one failure, doubled with each further failure, and at most `max`.
#[must_use]
pub fn exponential(initial: Duration, failures: u32, max: Duration) -> Duration {
    let doublings = failures.saturating_sub(1);
    initial
        .saturating_mul(2_u32.saturating_pow(doublings))
        .min(max)
}

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
    fn delays_double_up_to_the_maximum() {
        let seconds = |failures| {
            let delay = exponential(Duration::from_secs(10), failures, Duration::from_hours(24));
            delay.as_secs()
        };
        let delays = [1, 2, 3, 9, 14, 15, 40, u32::MAX].map(seconds);
        assert_eq!(delays, [10, 20, 40, 2_560, 81_920, 86_400, 86_400, 86_400]);
    }

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
