//! When Snyk is asked again (pure but for the jitter).

use std::time::Duration;

use crate::{
    backoff,
    provider::{AccountError, ProviderError},
};

/// After a first failure; doubled with each that follows.
pub(super) const FIRST: Duration = Duration::from_secs(5);
/// And at most this: what a person mends at Snyk is seen within an hour.
const LONGEST: Duration = Duration::from_hours(1);
/// What was read whole is read again after this.
const AGAIN: Duration = Duration::from_hours(1);
/// A 429 that does not say for how long: Snyk refuses until a minute was quiet.
const UNTOLD: Duration = Duration::from_mins(1);

/// How long to wait after so many failures in a row, and as long as Snyk asked at least.
pub(super) fn after(failures: u32, asked: Option<Duration>) -> Duration {
    let doubled = backoff::exponential(FIRST, failures, LONGEST);
    with_jitter(doubled.max(asked.unwrap_or_default()))
}

/// How long what was read whole is good.
pub(super) fn until_read_again() -> Duration {
    with_jitter(AGAIN)
}

/// A pause, made longer by chance, so that those who failed together do not come back together.
pub(super) fn with_jitter(pause: Duration) -> Duration {
    backoff::with_jitter(pause, Duration::MAX)
}

/// How long an answer asks to wait.
pub(super) fn asked_by(error: &AccountError) -> Option<Duration> {
    match error {
        AccountError::Provider(ProviderError::Later { status, after }) => {
            after.or_else(|| (*status == 429).then_some(UNTOLD))
        }
        _ => None,
    }
}

/// Whether another try may help within seconds.
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
    fn pauses_grow_to_an_hour_and_are_as_long_as_snyk_asks() {
        for (failures, seconds) in [(0, 5), (1, 5), (2, 10), (3, 20), (10, 2_560), (11, 3_600)] {
            is_about(after(failures, None), seconds);
        }
        is_about(after(u32::MAX, None), 3_600);
        is_about(after(1, Some(Duration::from_secs(45))), 45);
        is_about(after(5, Some(Duration::from_secs(45))), 80);
        is_about(until_read_again(), 3_600);
    }

    #[test]
    fn what_snyk_asks_for_is_known_from_its_answer() {
        let later = |status, after| AccountError::from(ProviderError::Later { status, after });
        let five = Some(Duration::from_secs(5));
        assert_eq!(asked_by(&later(503, five)), five);
        assert_eq!(asked_by(&later(429, five)), five);
        assert_eq!(asked_by(&later(429, None)), Some(UNTOLD));
        assert_eq!(asked_by(&later(503, None)), None);
        assert_eq!(asked_by(&AccountError::Unauthorized), None);
        assert!(is_transient(&later(500, None)));
        assert!(!is_transient(&AccountError::Unauthorized));
    }
}
