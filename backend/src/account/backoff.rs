//! Backoff delays between requests to Snyk (pure but for the jitter).

use std::time::Duration;

use crate::{
    backoff,
    provider::{AccountError, ProviderError},
};

/// Delay after the first failure; doubled with each further one.
pub(super) const INITIAL_DELAY: Duration = Duration::from_secs(5);
/// Upper bound of the delay, so that a problem fixed at Snyk is noticed within an hour.
const MAX_DELAY: Duration = Duration::from_hours(1);
/// Interval at which a completely read account is read again.
const SYNC_INTERVAL: Duration = Duration::from_hours(1);
/// Delay after a 429 without `Retry-After`: Snyk refuses until a minute has passed without
/// requests.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_mins(1);

/// Returns the delay after `failures` consecutive failures, at least `retry_after`.
pub(super) fn delay(failures: u32, retry_after: Option<Duration>) -> Duration {
    let doubled = backoff::exponential(INITIAL_DELAY, failures, MAX_DELAY);
    with_jitter(doubled.max(retry_after.unwrap_or_default()))
}

/// Returns the delay until a completely read account is read again.
pub(super) fn next_sync_delay() -> Duration {
    with_jitter(SYNC_INTERVAL)
}

/// Adds jitter to a delay, so that reads that failed together are not repeated together.
pub(super) fn with_jitter(pause: Duration) -> Duration {
    backoff::with_jitter(pause, Duration::MAX)
}

/// Returns the delay that an error's answer requests.
pub(super) fn retry_after(error: &AccountError) -> Option<Duration> {
    match error {
        AccountError::Provider(ProviderError::Later { status, after }) => {
            after.or_else(|| (*status == 429).then_some(DEFAULT_RETRY_AFTER))
        }
        _ => None,
    }
}

/// Returns whether a retry within seconds may succeed.
pub(super) fn is_transient(error: &AccountError) -> bool {
    matches!(
        error,
        AccountError::Provider(
            ProviderError::Later { .. } | ProviderError::NotSent(_) | ProviderError::AnswerLost(_)
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_about(pause: Duration, seconds: u64) {
        let pauses = seconds..=seconds + seconds / 4;
        assert!(
            pauses.contains(&pause.as_secs()),
            "{pause:?} for {seconds} s"
        );
    }

    #[test]
    fn delays_grow_to_an_hour_and_are_as_long_as_snyk_asks() {
        for (failures, seconds) in [(0, 5), (1, 5), (2, 10), (3, 20), (10, 2_560), (11, 3_600)] {
            is_about(delay(failures, None), seconds);
        }
        is_about(delay(u32::MAX, None), 3_600);
        is_about(delay(1, Some(Duration::from_secs(45))), 45);
        is_about(delay(5, Some(Duration::from_secs(45))), 80);
        is_about(next_sync_delay(), 3_600);
    }

    #[test]
    fn what_snyk_asks_for_is_known_from_its_answer() {
        let later = |status, after| AccountError::from(ProviderError::Later { status, after });
        let five = Some(Duration::from_secs(5));
        assert_eq!(retry_after(&later(503, five)), five);
        assert_eq!(retry_after(&later(429, five)), five);
        assert_eq!(retry_after(&later(429, None)), Some(DEFAULT_RETRY_AFTER));
        assert_eq!(retry_after(&later(503, None)), None);
        assert_eq!(retry_after(&AccountError::Unauthorized), None);
        assert!(is_transient(&later(500, None)));
        assert!(!is_transient(&AccountError::Unauthorized));
    }
}
