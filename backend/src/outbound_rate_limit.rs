//! Limits the requests of a connection to Snyk, slightly below Snyk's own limit.
//!
//! Snyk allows 1,620 requests per minute, and above that refuses everything until a whole minute
//! has passed without requests. A token bucket that refills continuously would allow nearly twice
//! its size in the first minute. So this is a sliding window: it counts the requests of each of the
//! last seconds.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use ahash::RandomState;
use domain::ids::ConnectionId;
use tokio::time::Instant;

/// Maximum number of requests of a connection in any sixty seconds.
const MAX_PER_MINUTE: u32 = 1_600;
/// Size of the window in seconds: one more than a minute, since the oldest second counts as a
/// whole.
const WINDOW: usize = 61;

/// The request counts of each connection.
#[derive(Debug)]
pub struct OutboundRateLimit {
    /// `None` when limits are off.
    connections: Option<Mutex<HashMap<ConnectionId, Minute, RandomState>>>,
    began: Instant,
}

/// The request counts of the last seconds.
#[derive(Debug)]
struct Minute {
    counts: [u32; WINDOW],
    /// Their sum.
    total: u32,
    /// The newest second that is counted.
    at: u64,
}

impl OutboundRateLimit {
    /// Creates a limiter; without `on` it allows every request.
    #[must_use]
    pub fn new(on: bool) -> Self {
        Self {
            connections: on.then(Mutex::default),
            began: Instant::now(),
        }
    }

    /// Takes a permit for one request. Returns the delay after which to try again if there is none.
    pub fn take(&self, connection: &ConnectionId, now: Instant) -> Result<(), Duration> {
        let Some(connections) = &self.connections else {
            return Ok(());
        };
        let at = self.second(now);
        let mut connections = connections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(minute) = connections.get_mut(connection) {
            return minute.take(at);
        }
        let mut minute = Minute::new(at);
        let taken = minute.take(at);
        connections.insert(connection.clone(), minute);
        taken
    }

    /// Evicts idle entries: connections without a request for a minute, so that memory stays
    /// bounded.
    pub fn evict_idle(&self, now: Instant) {
        if let Some(connections) = &self.connections {
            let at = self.second(now);
            connections
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .retain(|_, minute| at < minute.at + WINDOW as u64);
        }
    }

    fn second(&self, now: Instant) -> u64 {
        now.duration_since(self.began).as_secs()
    }
}

impl Minute {
    fn new(at: u64) -> Self {
        Self {
            counts: [0; WINDOW],
            total: 0,
            at,
        }
    }

    fn take(&mut self, at: u64) -> Result<(), Duration> {
        self.advance(at);
        if self.total < MAX_PER_MINUTE {
            self.counts[slot(self.at)] += 1;
            self.total += 1;
            return Ok(());
        }
        // The oldest second with a request is the next one to leave the window.
        let oldest = (0..WINDOW as u64)
            .rev()
            .find(|back| self.at >= *back && self.counts[slot(self.at - back)] > 0)
            .unwrap_or(0);
        Err(Duration::from_secs((WINDOW as u64 - oldest).max(1)))
    }

    /// Clears the seconds that have left the window.
    fn advance(&mut self, at: u64) {
        let passed = at.saturating_sub(self.at).min(WINDOW as u64);
        for second in 0..passed {
            self.total -= std::mem::take(&mut self.counts[slot(at - second)]);
        }
        self.at = self.at.max(at);
    }
}

fn slot(second: u64) -> usize {
    // Less than the window, which fits.
    usize::try_from(second % WINDOW as u64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn id(name: &str) -> ConnectionId {
        ConnectionId::presented(name)
    }

    #[test]
    fn in_no_minute_are_there_more_than_allowed() {
        let outbound_rate_limit = OutboundRateLimit::new(true);
        let mut taken = Vec::new();
        // Constant demand: twenty requests a second for five minutes, after a burst.
        for step in 0..6_000_u32 {
            let now = outbound_rate_limit.began + SECOND * step / 20;
            let tries = if step == 0 { 5_000 } else { 3 };
            for _ in 0..tries {
                if outbound_rate_limit.take(&id("c"), now).is_ok() {
                    taken.push(now);
                }
            }
        }
        let most = taken
            .iter()
            .map(|from| {
                let until = *from + SECOND * 60;
                taken
                    .iter()
                    .filter(|at| *at >= from && **at < until)
                    .count()
            })
            .max();
        assert_eq!(most, Some(MAX_PER_MINUTE as usize));
        assert!(taken.len() > 4 * MAX_PER_MINUTE as usize, "{}", taken.len());
    }

    #[test]
    fn after_the_returned_delay_there_is_a_permit() {
        let outbound_rate_limit = OutboundRateLimit::new(true);
        let mut now = outbound_rate_limit.began + SECOND * 7 / 2;
        for _ in 0..MAX_PER_MINUTE {
            outbound_rate_limit.take(&id("c"), now).unwrap();
        }
        now += SECOND * 12;
        let after = outbound_rate_limit.take(&id("c"), now).unwrap_err();
        assert!(after <= SECOND * 61 && after >= SECOND * 47, "{after:?}");
        outbound_rate_limit.take(&id("c"), now + after).unwrap();
    }

    #[test]
    fn connections_do_not_slow_one_another_and_idle_ones_are_evicted() {
        let outbound_rate_limit = OutboundRateLimit::new(true);
        for _ in 0..MAX_PER_MINUTE {
            outbound_rate_limit
                .take(&id("a"), outbound_rate_limit.began)
                .unwrap();
        }
        assert!(
            outbound_rate_limit
                .take(&id("a"), outbound_rate_limit.began)
                .is_err()
        );
        outbound_rate_limit
            .take(&id("b"), outbound_rate_limit.began + SECOND * 30)
            .unwrap();
        outbound_rate_limit.evict_idle(outbound_rate_limit.began + SECOND * 70);
        let known = outbound_rate_limit
            .connections
            .as_ref()
            .unwrap()
            .lock()
            .unwrap();
        assert_eq!(known.keys().collect::<Vec<_>>(), [&id("b")]);
    }

    #[test]
    fn limits_that_are_off_let_everything_through() {
        let outbound_rate_limit = OutboundRateLimit::new(false);
        for _ in 0..=MAX_PER_MINUTE {
            outbound_rate_limit
                .take(&id("a"), outbound_rate_limit.began)
                .unwrap();
        }
    }
}
