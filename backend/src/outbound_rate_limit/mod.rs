//! Limits the requests of a connection to Snyk, slightly below Snyk's own limit.
//!
//! Snyk allows 1,620 requests per minute, and above that refuses everything until a whole minute
//! has passed without requests. So this is a sliding window: it counts the requests of each of the
//! last seconds.
//!
//! If several nodes share a database, each has a share of that rate, which the database hands out
//! ([`share`]). Shares are asked for ahead of need, and [`rate_shares`](crate::rate_shares) gets them:
//! a request waits for the database only if it comes in a burst that outruns its node's share.

mod minute;
mod share;

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ahash::RandomState;
use domain::ids::ConnectionId;
use tokio::{sync::Notify, time::Instant};

pub use self::{
    minute::MAX_PER_MINUTE,
    share::{RESERVED_FOR, extension},
};
use self::{minute::Minute, share::Share};

/// Maximum time that a request waits for an extension of its node's share.
const EXTENSION_TIMEOUT: Duration = Duration::from_secs(2);

/// The request counts of each connection.
#[derive(Debug)]
pub struct OutboundRateLimit {
    /// `None` when limits are off.
    connections: Option<Mutex<HashMap<ConnectionId, Entry, RandomState>>>,
    /// `None` if this node has the whole rate of every connection.
    shared: Option<Shared>,
    began: Instant,
}

/// The request counts of a connection, and this node's share of its rate.
#[derive(Debug)]
struct Entry {
    minute: Minute,
    /// `None` if this node has the whole rate.
    share: Option<Share>,
}

/// Requests for extensions.
#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Vec<ConnectionId>>,
    is_queued: Notify,
    are_answered: Notify,
}

/// A request for an extension of this node's share of a connection.
#[derive(Debug)]
pub struct ExtensionRequest {
    /// The connection.
    pub connection: ConnectionId,
    /// The requests a minute that this node has.
    pub held: u32,
    /// How many it would like to have more.
    pub wanted: u32,
}

/// There is no permit at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted {
    /// The delay after which there is one.
    pub after: Duration,
    /// Whether this node has asked for more.
    is_asked_for: bool,
}

impl OutboundRateLimit {
    /// Creates a limiter; without `on` it allows every request. If `is_shared`, other nodes send
    /// requests for the same connections.
    #[must_use]
    pub fn new(on: bool, is_shared: bool) -> Self {
        Self {
            connections: on.then(Mutex::default),
            shared: (on && is_shared).then(Shared::default),
            began: Instant::now(),
        }
    }

    /// Takes a permit for one request. Waits for an extension of this node's share if one has been
    /// asked for, for two seconds at most. Returns the delay after which to try again if there is no
    /// permit.
    pub async fn take(&self, connection: &ConnectionId) -> Result<(), Duration> {
        let until = Instant::now() + EXTENSION_TIMEOUT;
        loop {
            let answered = self
                .shared
                .as_ref()
                .map(|shared| shared.are_answered.notified());
            let exhausted = match self.try_take(connection, Instant::now()) {
                Ok(()) => return Ok(()),
                Err(exhausted) => exhausted,
            };
            match answered {
                Some(answered) if exhausted.is_asked_for => {
                    if tokio::time::timeout_at(until, answered).await.is_err() {
                        return Err(exhausted.after);
                    }
                }
                _ => return Err(exhausted.after),
            }
        }
    }

    /// Takes a permit for one request, if there is one now.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn try_take(&self, connection: &ConnectionId, now: Instant) -> Result<(), Exhausted> {
        let Some(mut connections) = self.lock() else {
            return Ok(());
        };
        let at = self.second(now);
        if let Some(entry) = connections.get_mut(connection) {
            return self.take_from(entry, connection, at);
        }
        let mut entry = Entry {
            minute: Minute::new(at),
            share: self.shared.as_ref().map(|_| Share::default()),
        };
        let taken = self.take_from(&mut entry, connection, at);
        connections.insert(connection.clone(), entry);
        taken
    }

    fn take_from(
        &self,
        entry: &mut Entry,
        connection: &ConnectionId,
        at: u64,
    ) -> Result<(), Exhausted> {
        let Some(share) = &mut entry.share else {
            let taken = entry.minute.take(at, MAX_PER_MINUTE);
            return taken.map_err(|after| Exhausted {
                after,
                is_asked_for: false,
            });
        };
        let taken = entry.minute.take(at, share.max(at));
        if let Some(shared) = &self.shared
            && share.ask(entry.minute.total(), at)
        {
            shared.ask(connection.clone());
        }
        taken.map_err(|after| Exhausted {
            after: share.delay(after, at),
            is_asked_for: share.is_asked_for(at),
        })
    }

    /// Waits for requests for extensions, and returns them, one for each connection.
    pub async fn extension_requests(&self) -> Vec<ExtensionRequest> {
        let Some(shared) = &self.shared else {
            return std::future::pending().await;
        };
        loop {
            let mut queued = std::mem::take(&mut *unpoisoned(&shared.queue));
            queued.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
            queued.dedup();
            if queued.is_empty() {
                shared.is_queued.notified().await;
                continue;
            }
            let at = self.second(Instant::now());
            let Some(connections) = self.lock() else {
                return Vec::new();
            };
            let request = |connection: ConnectionId| {
                let share = connections.get(&connection)?.share.as_ref()?;
                Some(ExtensionRequest {
                    held: share.held(at),
                    wanted: share.wanted(at),
                    connection,
                })
            };
            return queued.into_iter().filter_map(request).collect();
        }
    }

    /// Takes the answer to an [`ExtensionRequest`] that was sent at `sent_at`: this node's share of the
    /// connection, or `None` if there is no answer.
    pub fn extend(&self, connection: &ConnectionId, share: Option<u32>, sent_at: Instant) {
        let at = self.second(Instant::now());
        let sent_at = self.second(sent_at);
        self.with_share(connection, |held| held.extend(share, sent_at, at));
        if let Some(shared) = &self.shared {
            shared.are_answered.notify_waiters();
        }
    }

    /// Reduces this node's shares to what it needs, and returns them: each is to be kept, or given back
    /// if it is zero.
    pub fn reduce(&self, now: Instant) -> Vec<(ConnectionId, u32)> {
        let at = self.second(now);
        let Some(mut connections) = self.lock() else {
            return Vec::new();
        };
        let reduced = connections.iter_mut().filter_map(|(connection, entry)| {
            entry.minute.advance(at);
            let requests = entry.share.as_mut()?.reduce(entry.minute.total(), at)?;
            Some((connection.clone(), requests))
        });
        reduced.collect()
    }

    /// Takes what the database has kept of a share, by a request that was sent at `sent_at`: zero if it
    /// had ended there.
    pub fn keep(&self, connection: &ConnectionId, requests: u32, sent_at: Instant) {
        let sent_at = self.second(sent_at);
        self.with_share(connection, |share| share.keep(requests, sent_at));
    }

    /// Returns whether this node shares the rates of connections with others.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        self.shared.is_some()
    }

    /// Evicts idle entries: connections without a request for a minute, so that memory stays
    /// bounded.
    pub fn evict_idle(&self, now: Instant) {
        let at = self.second(now);
        if let Some(mut connections) = self.lock() {
            connections.retain(|_, entry| {
                let has_share = entry.share.as_ref().is_some_and(|share| share.held(at) > 0);
                has_share || !entry.minute.is_idle(at)
            });
        }
    }

    fn with_share(&self, connection: &ConnectionId, work: impl FnOnce(&mut Share)) {
        let mut connections = self.lock();
        let entry = connections.as_mut().and_then(|map| map.get_mut(connection));
        if let Some(share) = entry.and_then(|entry| entry.share.as_mut()) {
            work(share);
        }
    }

    fn lock(&self) -> Option<MutexGuard<'_, HashMap<ConnectionId, Entry, RandomState>>> {
        self.connections.as_ref().map(unpoisoned)
    }

    fn second(&self, now: Instant) -> u64 {
        now.duration_since(self.began).as_secs()
    }
}

impl Shared {
    fn ask(&self, connection: ConnectionId) {
        unpoisoned(&self.queue).push(connection);
        self.is_queued.notify_one();
    }
}

fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
        let outbound_rate_limit = OutboundRateLimit::new(true, false);
        let mut taken = Vec::new();
        // Constant demand: twenty requests a second for five minutes, after a burst.
        for step in 0..6_000_u32 {
            let now = outbound_rate_limit.began + SECOND * step / 20;
            let tries = if step == 0 { 5_000 } else { 3 };
            for _ in 0..tries {
                if outbound_rate_limit.try_take(&id("c"), now).is_ok() {
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
        let outbound_rate_limit = OutboundRateLimit::new(true, false);
        let mut now = outbound_rate_limit.began + SECOND * 7 / 2;
        for _ in 0..MAX_PER_MINUTE {
            outbound_rate_limit.try_take(&id("c"), now).unwrap();
        }
        now += SECOND * 12;
        let after = outbound_rate_limit
            .try_take(&id("c"), now)
            .unwrap_err()
            .after;
        assert!(after <= SECOND * 61 && after >= SECOND * 47, "{after:?}");
        outbound_rate_limit.try_take(&id("c"), now + after).unwrap();
    }

    #[test]
    fn connections_do_not_slow_one_another_and_idle_ones_are_evicted() {
        let outbound_rate_limit = OutboundRateLimit::new(true, false);
        for _ in 0..MAX_PER_MINUTE {
            outbound_rate_limit
                .try_take(&id("a"), outbound_rate_limit.began)
                .unwrap();
        }
        assert!(
            outbound_rate_limit
                .try_take(&id("a"), outbound_rate_limit.began)
                .is_err()
        );
        outbound_rate_limit
            .try_take(&id("b"), outbound_rate_limit.began + SECOND * 30)
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
        let outbound_rate_limit = OutboundRateLimit::new(false, false);
        for _ in 0..=MAX_PER_MINUTE {
            outbound_rate_limit
                .try_take(&id("a"), outbound_rate_limit.began)
                .unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_node_without_an_answer_sends_few_requests_and_waits_for_two_seconds() {
        let limit = OutboundRateLimit::new(true, true);
        let began = Instant::now();
        for _ in 0..20 {
            limit.take(&id("c")).await.unwrap();
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
        let after = limit.take(&id("c")).await.unwrap_err();
        assert_eq!((began.elapsed(), after), (EXTENSION_TIMEOUT, SECOND * 5));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_goes_on_with_the_answer() {
        let limit = std::sync::Arc::new(OutboundRateLimit::new(true, true));
        for _ in 0..20 {
            limit.take(&id("c")).await.unwrap();
        }
        let waiting = tokio::spawn({
            let limit = std::sync::Arc::clone(&limit);
            async move { limit.take(&id("c")).await }
        });
        let requests = limit.extension_requests().await;
        assert_eq!(requests.len(), 1);
        assert_eq!((requests[0].held, requests[0].wanted), (0, 200));
        tokio::time::sleep(SECOND).await;
        limit.extend(&id("c"), Some(200), Instant::now());
        waiting.await.unwrap().unwrap();
        // One that is refused fails at once.
        for _ in 0..199 {
            limit.take(&id("c")).await.unwrap();
        }
        limit.extend(&id("c"), None, Instant::now());
        let began = Instant::now();
        limit.take(&id("c")).await.unwrap_err();
        assert_eq!(began.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_is_asked_for_again_is_asked_for_once_at_a_time() {
        let limit = OutboundRateLimit::new(true, true);
        for _ in 0..3 {
            for _ in 0..20 {
                let _ = limit.try_take(&id("c"), Instant::now());
            }
            tokio::time::sleep(SECOND * 11).await;
        }
        assert_eq!(limit.extension_requests().await.len(), 1);
    }
}
