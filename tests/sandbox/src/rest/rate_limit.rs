//! Rate limit per token. A token that exceeds the limit is rejected until it has made no request
//! for a whole interval, as in Snyk's documentation.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The limit of a token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) requests: u32,
    pub(crate) interval: Duration,
}

/// The windows of all tokens.
#[derive(Debug, Default)]
pub(crate) struct RateLimit {
    windows: HashMap<String, Window>,
}

#[derive(Debug)]
struct Window {
    ends: Instant,
    requests: u32,
    is_over: bool,
}

/// Number of windows above which expired ones are evicted.
const EVICTION_THRESHOLD: usize = 1_000;

impl RateLimit {
    /// Counts a request. Returns the delay as `Err` if the request exceeds the limit.
    pub(crate) fn count(
        &mut self,
        token: &str,
        limit: Limit,
        now: Instant,
    ) -> Result<(), Duration> {
        if self.windows.len() >= EVICTION_THRESHOLD {
            self.windows.retain(|_, window| window.ends > now);
        }
        let fresh = || Window {
            ends: now + limit.interval,
            requests: 0,
            is_over: false,
        };
        let window = self.windows.entry(token.to_owned()).or_insert_with(fresh);
        if window.ends <= now {
            *window = fresh();
        }
        window.requests = window.requests.saturating_add(1);
        if window.requests <= limit.requests && !window.is_over {
            return Ok(());
        }
        window.is_over = true;
        window.ends = now + limit.interval;
        Err(limit.interval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit {
        requests: 3,
        interval: Duration::from_mins(1),
    };

    #[test]
    fn a_token_has_its_requests_a_minute() {
        let mut limiter = RateLimit::default();
        let start = Instant::now();
        for _ in 0..3 {
            assert!(limiter.count("one", LIMIT, start).is_ok());
        }
        assert_eq!(limiter.count("one", LIMIT, start), Err(LIMIT.interval));
        assert!(limiter.count("another", LIMIT, start).is_ok());
    }

    #[test]
    fn who_does_not_stop_stays_out() {
        let mut limiter = RateLimit::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        for _ in 0..4 {
            let _ = limiter.count("one", LIMIT, start);
        }
        assert!(limiter.count("one", LIMIT, at(59)).is_err());
        assert!(limiter.count("one", LIMIT, at(61)).is_err(), "asked at 59");
        assert!(limiter.count("one", LIMIT, at(121)).is_ok());
    }

    #[test]
    fn a_slow_token_is_never_refused() {
        let mut limiter = RateLimit::default();
        let start = Instant::now();
        for number in 0..20 {
            let now = start + Duration::from_secs(21 * number);
            assert!(limiter.count("one", LIMIT, now).is_ok(), "{number}");
        }
    }
}
