//! Exponential backoff with jitter: what fails is tried again more and more rarely, and what failed
//! together does not come back together.

use std::time::Duration;

use rand::RngExt as _;

/// `first` after one failure, doubled with each that follows, and at most `longest`.
#[must_use]
pub fn exponential(first: Duration, failures: u32, longest: Duration) -> Duration {
    let doublings = failures.saturating_sub(1);
    first
        .saturating_mul(2_u32.saturating_pow(doublings))
        .min(longest)
}

/// The pause and up to a quarter more, but no more than `most` more.
#[must_use]
pub fn with_jitter(pause: Duration, most: Duration) -> Duration {
    let jitter = rand::rng().random_range(Duration::ZERO..=most.min(pause / 4));
    pause.saturating_add(jitter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let seconds = |failures| {
            let pause = exponential(Duration::from_secs(10), failures, Duration::from_hours(24));
            pause.as_secs()
        };
        let pauses = [1, 2, 3, 9, 14, 15, 40, u32::MAX].map(seconds);
        assert_eq!(pauses, [10, 20, 40, 2_560, 81_920, 86_400, 86_400, 86_400]);
    }

    #[test]
    fn jitter_only_adds_and_not_much() {
        let most = Duration::from_secs(2);
        for (pause, longest) in [(0, 0), (4_000, 5_000), (60_000, 62_000)] {
            let pause = Duration::from_millis(pause);
            for _ in 0..50 {
                let jittered = with_jitter(pause, most);
                assert!(jittered >= pause && jittered <= Duration::from_millis(longest));
            }
        }
        assert_eq!(with_jitter(Duration::MAX, most).as_secs(), u64::MAX);
    }
}
