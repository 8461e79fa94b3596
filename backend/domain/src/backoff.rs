//! Exponential backoff: retries become rarer with every failure.

use std::time::Duration;

/// Returns `initial` after one failure, doubled with each further failure, and at most `max`.
#[must_use]
pub fn exponential(initial: Duration, failures: u32, max: Duration) -> Duration {
    let doublings = failures.saturating_sub(1);
    initial
        .saturating_mul(2_u32.saturating_pow(doublings))
        .min(max)
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
}
