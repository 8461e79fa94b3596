//! What strangers are refused, told once a minute for each client network: a line for each request
//! would let anyone fill the disk (SEC-69, SEC-73).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::client_ip::ClientNetwork;

/// How long refusals of a network are counted before they are told.
const TOLD_EVERY: Duration = Duration::from_mins(1);
/// Networks that are counted one by one; more than these together.
const AT_MOST: usize = 4_096;

/// Part of a refusal's answer: why, for this count. Never sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused(pub(super) &'static str);

/// Refusals by client network.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    networks: HashMap<ClientNetwork, Count>,
    of_others: u64,
}

#[derive(Debug)]
struct Count {
    since: Instant,
    last_why: &'static str,
    more: u64,
}

impl Refusals {
    /// Counts a refusal. The first of a network is told at once.
    pub(super) fn note(&self, network: ClientNetwork, why: &'static str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.networks.get_mut(&network) {
            count.more += 1;
            count.last_why = why;
            return;
        }
        if counts.networks.len() >= AT_MOST {
            counts.of_others += 1;
            return;
        }
        let count = Count {
            since: Instant::now(),
            last_why: why,
            more: 0,
        };
        counts.networks.insert(network, count);
        drop(counts);
        tracing::warn!(client = %network, why, "A request was refused; more are told once a minute");
    }

    /// Tells what was counted for a minute, and forgets who was refused nothing more.
    pub fn tell(&self) {
        self.tell_at(Instant::now());
    }

    fn tell_at(&self, now: Instant) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.networks.retain(|network, count| {
            if now.saturating_duration_since(count.since) < TOLD_EVERY {
                return true;
            }
            if count.more == 0 {
                return false;
            }
            let Count { last_why, more, .. } = count;
            tracing::warn!(client = %network, refused = *more, last_why, "Requests were refused");
            count.since = now;
            count.more = 0;
            true
        });
        let others = std::mem::take(&mut counts.of_others);
        drop(counts);
        if others > 0 {
            tracing::warn!(
                refused = others,
                "Requests of many other clients were refused"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn sec_69_a_network_is_counted_while_it_goes_on_and_forgotten_after() {
        let refusals = Refusals::default();
        let network = ClientNetwork::from(IpAddr::from([192, 0, 2, 1]));
        for _ in 0..1_000 {
            refusals.note(network, "x");
        }
        let more = || {
            refusals
                .0
                .lock()
                .unwrap()
                .networks
                .get(&network)
                .map(|c| c.more)
        };
        let now = Instant::now();
        refusals.tell_at(now);
        assert_eq!(more(), Some(999));
        refusals.tell_at(now + TOLD_EVERY);
        assert_eq!(more(), Some(0), "told");
        refusals.tell_at(now + 2 * TOLD_EVERY);
        assert_eq!(more(), None, "quiet");
        for number in 0..2 * u32::try_from(AT_MOST).unwrap() {
            refusals.note(ClientNetwork::from(IpAddr::from(number.to_be_bytes())), "x");
        }
        assert_eq!(refusals.0.lock().unwrap().networks.len(), AT_MOST);
    }
}
