//! What strangers are refused, told once a minute for each client network: a line for each request
//! would let anyone fill the disk (SEC-69, SEC-73).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::client_ip::ClientNetwork;

/// How long refusals of a network are counted before they are told.
const LOG_EVERY: Duration = Duration::from_mins(1);
/// Networks and reasons that are counted one by one; more than these together.
const MAX_ENTRIES: usize = 4_096;

/// Part of a refusal's answer: why, for this count. Never sent.
#[derive(Clone, Debug)]
pub(super) struct Rejection {
    /// One of a few reasons.
    pub(super) why: &'static str,
    /// What this one was about, for the operator: bounded, and without control characters.
    pub(super) about: Option<String>,
}

impl From<&'static str> for Rejection {
    fn from(why: &'static str) -> Self {
        Self { why, about: None }
    }
}

/// Longest text of a stranger's that is told.
const MAX_QUOTED: usize = 100;

/// What a stranger sent, fit for the log: cut, and escaped so that no line can be forged.
#[must_use]
pub(crate) fn quoted(bytes: &[u8]) -> String {
    let cut = &bytes[..bytes.len().min(MAX_QUOTED)];
    let more = if cut.len() < bytes.len() { "…" } else { "" };
    format!("\"{}{more}\"", cut.escape_ascii())
}

/// Refusals by client network.
#[derive(Debug, Default)]
pub struct RejectionLog(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// By reason too: one that an operator must know of is not hidden by another that is frequent.
    refused: HashMap<(ClientNetwork, &'static str), Count>,
    of_others: u64,
}

#[derive(Debug)]
struct Count {
    since: Instant,
    last_about: Option<String>,
    more: u64,
}

impl RejectionLog {
    /// Counts a refusal. The first of a network for a reason is told at once.
    pub(super) fn record(&self, network: ClientNetwork, refused: Rejection) {
        let Rejection { why, about } = refused;
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.refused.get_mut(&(network, why)) {
            count.more += 1;
            count.last_about = about;
            return;
        }
        if counts.refused.len() >= MAX_ENTRIES {
            counts.of_others += 1;
            return;
        }
        let count = Count {
            since: Instant::now(),
            last_about: None,
            more: 0,
        };
        counts.refused.insert((network, why), count);
        drop(counts);
        tracing::warn!(
            client = %network,
            why,
            about,
            "A request was refused; more are told once a minute"
        );
    }

    /// Tells what was counted for a minute, and forgets who was refused nothing more.
    pub fn log(&self) {
        self.log_at(Instant::now());
    }

    fn log_at(&self, now: Instant) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.refused.retain(|(network, why), count| {
            if now.saturating_duration_since(count.since) < LOG_EVERY {
                return true;
            }
            if count.more == 0 {
                return false;
            }
            let about = count.last_about.take();
            tracing::warn!(client = %network, refused = count.more, why, about, "Requests were refused");
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
        let rejection_log = RejectionLog::default();
        let network = ClientNetwork::from(IpAddr::from([192, 0, 2, 1]));
        for _ in 0..1_000 {
            rejection_log.record(network, "x".into());
        }
        let more = || {
            let counts = rejection_log.0.lock().unwrap();
            counts.refused.get(&(network, "x")).map(|c| c.more)
        };
        let now = Instant::now();
        rejection_log.log_at(now);
        assert_eq!(more(), Some(999));
        rejection_log.log_at(now + LOG_EVERY);
        assert_eq!(more(), Some(0), "told");
        rejection_log.log_at(now + 2 * LOG_EVERY);
        assert_eq!(more(), None, "quiet");
        for number in 0..2 * u32::try_from(MAX_ENTRIES).unwrap() {
            let network = ClientNetwork::from(IpAddr::from(number.to_be_bytes()));
            rejection_log.record(network, "x".into());
        }
        assert_eq!(rejection_log.0.lock().unwrap().refused.len(), MAX_ENTRIES);
    }

    #[test]
    fn sec_73_what_a_stranger_sent_is_cut_and_cannot_forge_a_line() {
        assert_eq!(quoted(b"a\r\nb\x1b[2J\"\xff"), r#""a\r\nb\x1b[2J\"\xff""#);
        assert_eq!(quoted(&[b'a'; 200]).chars().count(), MAX_QUOTED + 3);
    }
}
