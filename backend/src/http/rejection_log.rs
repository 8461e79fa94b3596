//! Logs rejected requests once a minute for each client network. A line for each request would let
//! any client fill the disk (SEC-69, SEC-73).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use domain::net::ClientNetwork;

use crate::activity::{self, Event};

/// How long the rejections of a network are counted before they are logged.
const LOG_INTERVAL: Duration = Duration::from_mins(1);
/// Maximum number of network and reason pairs that are counted separately. Further ones are counted
/// together.
const MAX_ENTRIES: usize = 4_096;

/// Response extension that carries the reason of a rejection to this log. Never sent to the client.
#[derive(Clone, Debug)]
pub(crate) struct Rejection {
    /// The reason, one of a small fixed set.
    pub(crate) why: &'static str,
    /// Details of this rejection for the operator. Bounded, and without control characters.
    pub(crate) about: Option<String>,
    /// How the activity log tells of it, if it does.
    pub(crate) noted: Option<Noted>,
}

/// How the activity log tells of a rejection, in words for an administrator.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Noted {
    /// As a limit that was reached.
    Limit(&'static str),
    /// As a request that was refused for a reason of security.
    Refused(&'static str),
}

/// The reason of a client that exceeded a rate limit.
pub(super) const TOO_MANY: &str = "too many requests";
/// The reason of a client that exceeded the limit on connections.
pub(crate) const TOO_MANY_CONNECTIONS: &str = "too many connections at once";

impl From<&'static str> for Rejection {
    fn from(why: &'static str) -> Self {
        let is_limit = [TOO_MANY, TOO_MANY_CONNECTIONS].contains(&why);
        Self {
            why,
            about: None,
            noted: is_limit.then_some(Noted::Limit(why)),
        }
    }
}

/// Maximum number of rejections that are noted in the activity log in an interval. The log has each.
const MAX_NOTED: u32 = 100;
/// Maximum number of bytes of client input in a log line.
const MAX_QUOTED_BYTES: usize = 100;

/// Quotes client input for the log: truncated, and escaped so that it cannot forge a line.
#[must_use]
pub(crate) fn quoted(bytes: &[u8]) -> String {
    let truncated = &bytes[..bytes.len().min(MAX_QUOTED_BYTES)];
    let more = if truncated.len() < bytes.len() {
        "…"
    } else {
        ""
    };
    format!("\"{}{more}\"", truncated.escape_ascii())
}

/// Counts of rejections by client network.
#[derive(Debug, Default)]
pub struct RejectionLog(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// Keyed by reason too, so that a frequent reason does not hide another that the operator must
    /// know.
    by_network: HashMap<(ClientNetwork, &'static str), Count>,
    overflow: u64,
    /// The number of rejections that have been noted since a time.
    noted: Option<(Instant, u32)>,
}

impl Counts {
    /// Notes a rejection in the activity log, unless many have been noted in this interval: a client
    /// may have many networks.
    fn note(&mut self, network: ClientNetwork, noted: Option<Noted>, now: Instant) {
        let Some(noted) = noted else {
            return;
        };
        let (since, number) = self
            .noted
            .filter(|(since, _)| now.saturating_duration_since(*since) < LOG_INTERVAL)
            .unwrap_or((now, 0));
        if number < MAX_NOTED {
            self.noted = Some((since, number + 1));
            activity::note(match noted {
                Noted::Limit(words) => Event::limit_reached(network, words),
                Noted::Refused(words) => Event::requests_refused(network, words),
            });
        }
    }
}

#[derive(Debug)]
struct Count {
    since: Instant,
    last_about: Option<String>,
    noted: Option<Noted>,
    repeats: u64,
}

impl RejectionLog {
    /// Counts a rejection. The first one of a network for a reason is logged at once.
    pub(crate) fn record(&self, network: ClientNetwork, rejection: Rejection) {
        let Rejection { why, about, noted } = rejection;
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.by_network.get_mut(&(network, why)) {
            count.repeats += 1;
            count.last_about = about;
            return;
        }
        if counts.by_network.len() >= MAX_ENTRIES {
            counts.overflow += 1;
            return;
        }
        let now = Instant::now();
        let count = Count {
            since: now,
            last_about: None,
            noted,
            repeats: 0,
        };
        counts.by_network.insert((network, why), count);
        counts.note(network, noted, now);
        drop(counts);
        tracing::warn!(
            client = %network,
            why,
            about,
            "A request was refused; more are told once a minute"
        );
    }

    /// Logs the counts that are a minute old, and evicts networks without further rejections.
    pub fn log(&self) {
        self.log_at(Instant::now());
    }

    fn log_at(&self, now: Instant) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut repeated = Vec::new();
        counts.by_network.retain(|(network, why), count| {
            if now.saturating_duration_since(count.since) < LOG_INTERVAL {
                return true;
            }
            if count.repeats == 0 {
                return false;
            }
            let about = count.last_about.take();
            tracing::warn!(client = %network, refused = count.repeats, why, about, "Requests were refused");
            repeated.push((*network, count.noted));
            count.since = now;
            count.repeats = 0;
            true
        });
        for (network, noted) in repeated {
            counts.note(network, noted, now);
        }
        let overflow = std::mem::take(&mut counts.overflow);
        drop(counts);
        if overflow > 0 {
            tracing::warn!(
                refused = overflow,
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
        let rejection_log = RejectionLog::default();
        let network = ClientNetwork::from(IpAddr::from([192, 0, 2, 1]));
        for _ in 0..1_000 {
            rejection_log.record(network, "x".into());
        }
        let repeats = || {
            let counts = rejection_log.0.lock().unwrap();
            counts.by_network.get(&(network, "x")).map(|c| c.repeats)
        };
        let now = Instant::now();
        rejection_log.log_at(now);
        assert_eq!(repeats(), Some(999));
        rejection_log.log_at(now + LOG_INTERVAL);
        assert_eq!(repeats(), Some(0), "told");
        rejection_log.log_at(now + 2 * LOG_INTERVAL);
        assert_eq!(repeats(), None, "quiet");
        for number in 0..2 * u32::try_from(MAX_ENTRIES).unwrap() {
            let network = ClientNetwork::from(IpAddr::from(number.to_be_bytes()));
            rejection_log.record(network, "x".into());
        }
        assert_eq!(
            rejection_log.0.lock().unwrap().by_network.len(),
            MAX_ENTRIES
        );
    }

    #[test]
    fn a_client_of_many_networks_is_noted_so_many_times_a_minute() {
        let mut counts = Counts::default();
        let noted = Some(Noted::Refused("sent by another page"));
        let network = ClientNetwork::from(IpAddr::from([192, 0, 2, 1]));
        let now = Instant::now();
        for _ in 0..2 * MAX_NOTED {
            counts.note(network, noted, now);
        }
        assert_eq!(counts.noted, Some((now, MAX_NOTED)));
        counts.note(network, None, now + LOG_INTERVAL);
        assert_eq!(counts.noted, Some((now, MAX_NOTED)));
        counts.note(network, noted, now + LOG_INTERVAL);
        assert_eq!(counts.noted, Some((now + LOG_INTERVAL, 1)));
    }

    #[test]
    fn sec_73_what_a_stranger_sent_is_cut_and_cannot_forge_a_line() {
        assert_eq!(quoted(b"a\r\nb\x1b[2J\"\xff"), r#""a\r\nb\x1b[2J\"\xff""#);
        assert_eq!(quoted(&[b'a'; 200]).chars().count(), MAX_QUOTED_BYTES + 3);
    }
}
