//! Retries of reads from Snyk's API, as Snyk's own clients do them: after 408, 425, 429 and
//! transient 5xx, a few times, after the delay that Snyk requests or exponential backoff, with
//! jitter. Reads only: no token is presented twice by this.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::{ApiAnswer, ProviderError, WholeAnswer, snyk::error_catalogue};
use crate::{
    backoff::{add_jitter, exponential},
    clock::Clock,
    retry_after::retry_delay,
};

/// Maximum number of attempts of a read.
const MAX_ATTEMPTS: u32 = 3;
/// Total time limit of a read, including all attempts and delays.
const DEADLINE: Duration = Duration::from_secs(45);
/// Time limit for waiting for a permit before a read is sent. The remaining time is for the answer;
/// a caller without a permit gets a `Retry-After`.
const QUEUE_DEADLINE: Duration = Duration::from_secs(30);
/// Delay after the first failure, if the answer requests none; doubled with each further one.
const INITIAL_DELAY: Duration = Duration::from_millis(500);
/// Upper bound of that delay.
const MAX_DELAY: Duration = Duration::from_secs(16);
/// Maximum jitter, so that clients with the same `Retry-After` do not return together.
const MAX_JITTER: Duration = Duration::from_secs(2);

/// Classifies failures by whether a retry of a read, which is safe, may succeed.
pub trait IsTransient {
    /// Returns whether a retry may succeed.
    fn is_transient(&self) -> bool;
}

impl IsTransient for ProviderError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::NotSent(_) | Self::AnswerLost(_))
    }
}

/// Sends a read until it gets an answer that a retry would not change. `send` receives the time
/// until which it may wait before it sends anything.
///
/// If the total time limit is reached first, the last answer is returned: a `Retry-After` that
/// arrived is not replaced by a time-out.
pub async fn with_retries<A, E>(
    clock: &dyn Clock,
    send: impl Fn(Instant) -> A,
) -> Result<WholeAnswer, E>
where
    A: Future<Output = Result<ApiAnswer, E>>,
    E: From<ProviderError> + IsTransient,
{
    let began = Instant::now();
    let (deadline, queue_deadline) = (began + DEADLINE, began + QUEUE_DEADLINE);
    let mut last = None;
    for tries in 1.. {
        let trying = async {
            match send(queue_deadline).await {
                Ok(answer) => answer.whole().await.map_err(E::from),
                Err(error) => Err(error),
            }
        };
        let Ok(answered) = tokio::time::timeout_at(deadline, trying).await else {
            break;
        };
        let delay = match &answered {
            Ok(answer) => delay(answer, tries, clock.now()),
            Err(error) => error.is_transient().then(|| backoff(tries)),
        };
        let delay = delay
            .filter(|_| tries < MAX_ATTEMPTS)
            .map(|delay| add_jitter(delay, delay.min(MAX_JITTER)))
            .filter(|delay| Instant::now() + *delay < deadline);
        let Some(delay) = delay else {
            return answered;
        };
        last = Some(answered);
        tracing::info!(pause = ?delay, "A read of Snyk’s API is tried again");
        tokio::time::sleep(delay).await;
    }
    last.unwrap_or_else(|| Err(ProviderError::AnswerLost(None).into()))
}

fn backoff(failures: u32) -> Duration {
    exponential(INITIAL_DELAY, failures, MAX_DELAY)
}

/// Returns the delay before the next attempt, or `None` if a retry would not help.
fn delay(answer: &WholeAnswer, tries: u32, now: Timestamp) -> Option<Duration> {
    if !error_catalogue::is_transient(answer) {
        return None;
    }
    let asked = retry_delay(&answer.headers, now);
    Some(asked.unwrap_or_else(|| backoff(tries)))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::StatusCode;
    use http_body_util::{BodyExt as _, Empty};
    use shared::snyk::error::{MAINTENANCE, TEST_LIMIT};

    use super::*;
    use crate::provider::{ApiBody, Encoding};

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &'static str) -> WholeAnswer {
        WholeAnswer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers
                .iter()
                .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
                .collect(),
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    fn now() -> Timestamp {
        "2026-11-24T05:41:07Z".parse().unwrap()
    }

    /// An answer that arrives after a while.
    async fn later(seconds: u64, asks_for: &str) -> Result<ApiAnswer, ProviderError> {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        let WholeAnswer {
            status, headers, ..
        } = answer(429, &[("retry-after", asks_for)], "");
        Ok(ApiAnswer {
            status,
            headers,
            body: ApiBody::new(
                Empty::new().map_err(|never| match never {}),
                Encoding::Identity,
                0,
            )?,
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_delay_longer_than_the_deadline_is_returned_and_no_time_out() {
        let clock = crate::clock::SystemClock;
        let began = Instant::now();
        // A second delay would end after the total time limit.
        let answer = with_retries(&clock, |_| later(1, "30")).await.unwrap();
        assert_eq!(answer.status, 429);
        assert!(began.elapsed() < DEADLINE);
        // The second attempt itself takes too long.
        let asked = std::cell::Cell::new(0);
        let answer = with_retries(&clock, |_| {
            asked.set(asked.get() + 1);
            later(if asked.get() == 1 { 1 } else { 60 }, "10")
        })
        .await
        .unwrap();
        assert_eq!((answer.status.as_u16(), asked.get()), (429, 2));
        // Without any answer, the error is a lost answer.
        let none = with_retries(&clock, |_| later(60, "1")).await;
        assert!(matches!(none, Err(ProviderError::AnswerLost(None))));
    }

    #[test]
    fn what_is_final_is_not_asked_again() {
        for status in [200, 400, 401, 403, 404, 410, 501] {
            assert_eq!(delay(&answer(status, &[], ""), 1, now()), None, "{status}");
        }
        for code in [TEST_LIMIT, MAINTENANCE] {
            let body: &str = format!(r#"{{"errors":[{{"code":"{code}"}}]}}"#).leak();
            assert_eq!(delay(&answer(429, &[], body), 1, now()), None);
            assert_eq!(delay(&answer(503, &[], body), 1, now()), None);
        }
    }

    #[test]
    fn without_a_retry_after_the_delays_grow() {
        let pauses: Vec<_> = (1..=3)
            .map(|tries| delay(&answer(503, &[], "<html>"), tries, now()).unwrap())
            .collect();
        assert_eq!(pauses, [500, 1_000, 2_000].map(Duration::from_millis),);
    }
}
