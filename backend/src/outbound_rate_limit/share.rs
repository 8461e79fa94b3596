//! The share that one of several nodes has of a connection's rate (pure).
//!
//! A share is a number of requests that the node may send in any minute. All shares of a connection,
//! and what each node may send without one, add up to the rate that Snyk allows. So whichever minute
//! is looked at, the nodes together keep the rate, and no request has to ask.

use std::time::Duration;

use super::minute::{MAX_PER_MINUTE, WINDOW};

/// Number of requests that each node may send in a minute without a share: enough for a look at a page, and for the time
/// in which a share is asked for.
pub(super) const WITHOUT_SHARE: u32 = 20;
/// The number of nodes for which that is reserved at least: so many keep the rate in any case. Each that
/// joins them later may add its part to a rate that is used up.
const RESERVED_NODES: u32 = 8;
/// The number of nodes for which it is reserved at most.
const MAX_RESERVED_NODES: u32 = 40;
/// The largest share: everything but that.
const LARGEST: u32 = MAX_PER_MINUTE - WITHOUT_SHARE * RESERVED_NODES;
/// The smallest extension that is asked for. A share is doubled otherwise.
const MIN_EXTENSION: u32 = 200;
/// The delay after which a node that was refused an extension asks again, in seconds.
const REFUSED_FOR: u64 = 5;
/// The time after which a request for an extension counts as lost, in seconds.
const ASK_TIMEOUT: u64 = 10;
/// The lifetime of a share for the node that uses it, in seconds, unless it is kept.
const LIFETIME: u64 = 50;

/// How long a share belongs to a node after it was given or kept: until the last request that the node
/// may have sent with it has left the window, and some seconds more.
pub const RESERVED_FOR: Duration = Duration::from_secs(LIFETIME + WINDOW as u64 + 9);

/// Returns by how much a share of `held` requests may be extended, if other nodes have shares of `others`
/// requests and `nodes` nodes run.
#[must_use]
pub fn extension(held: u32, wanted: u32, others: u32, nodes: u32) -> u32 {
    let reserved = WITHOUT_SHARE * nodes.clamp(RESERVED_NODES, MAX_RESERVED_NODES);
    let free = (MAX_PER_MINUTE - reserved).saturating_sub(others.saturating_add(held));
    wanted.min(free)
}

/// The share of a node. Times are seconds.
#[derive(Debug, Default)]
pub(super) struct Share {
    requests: u32,
    ends_at: u64,
    asked_at: Option<u64>,
    refused_until: u64,
}

impl Share {
    /// Returns how many requests the node may send in a minute.
    pub(super) const fn max(&self, at: u64) -> u32 {
        WITHOUT_SHARE + self.held(at)
    }

    pub(super) const fn held(&self, at: u64) -> u32 {
        if at < self.ends_at { self.requests } else { 0 }
    }

    /// Returns whether an extension was asked for that may still come.
    pub(super) fn is_asked_for(&self, at: u64) -> bool {
        self.asked_at.is_some_and(|asked| at < asked + ASK_TIMEOUT)
    }

    /// Returns whether to ask for an extension now, before the share is used up, and records that it is
    /// asked for.
    pub(super) fn ask(&mut self, used: u32, at: u64) -> bool {
        let is_due = used >= self.max(at) / 4 * 3
            && self.held(at) < LARGEST
            && at >= self.refused_until
            && !self.is_asked_for(at);
        if is_due {
            self.asked_at = Some(at);
        }
        is_due
    }

    /// Returns how much more to ask for.
    pub(super) fn wanted(&self, at: u64) -> u32 {
        self.held(at).max(MIN_EXTENSION)
    }

    /// Takes the answer to a request for an extension that was sent at `sent_at`: the share, or `None`
    /// if there is no answer.
    pub(super) fn extend(&mut self, share: Option<u32>, sent_at: u64, at: u64) {
        self.asked_at = None;
        match share {
            Some(share) if share > self.held(at) => {
                self.requests = share;
                self.ends_at = sent_at + LIFETIME;
            }
            _ => self.refused_until = at + REFUSED_FOR,
        }
    }

    /// Returns the delay after which there may be a permit, if the node has used all that it has and its
    /// oldest request leaves the window after `after`.
    pub(super) fn delay(&self, after: Duration, at: u64) -> Duration {
        if self.held(at) < LARGEST {
            after.min(Duration::from_secs(REFUSED_FOR))
        } else {
            after
        }
    }

    /// Reduces the share to what the node needs after it has sent `used` requests in a minute, and
    /// returns it. `None` if there is none.
    pub(super) fn reduce(&mut self, used: u32, at: u64) -> Option<u32> {
        let held = self.held(at);
        if held == 0 {
            return None;
        }
        // It never gets smaller than what has been sent, which would be sent twice otherwise.
        let needed = used.saturating_sub(WITHOUT_SHARE);
        let rounded = needed.next_multiple_of(MIN_EXTENSION);
        self.requests = if used <= WITHOUT_SHARE / 2 {
            needed
        } else {
            held.min(rounded.max(MIN_EXTENSION) + MIN_EXTENSION)
        };
        Some(self.requests)
    }

    /// Takes what the database has kept of the share, by a request that was sent at `sent_at`: nothing
    /// if it had ended there.
    pub(super) fn keep(&mut self, requests: u32, sent_at: u64) {
        self.requests = self.requests.min(requests);
        self.ends_at = sent_at + LIFETIME;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_all_nodes_and_what_each_may_send_without_one_are_the_rate() {
        for nodes in 1..=MAX_RESERVED_NODES {
            let mut shares = vec![0; nodes as usize];
            for round in 0..100 {
                let node = round % shares.len();
                let held = shares[node];
                let others = shares.iter().sum::<u32>() - held;
                shares[node] += extension(held, held.max(MIN_EXTENSION), others, nodes);
            }
            let all = shares.iter().sum::<u32>() + WITHOUT_SHARE * nodes;
            assert!(all <= MAX_PER_MINUTE, "{nodes}: {all}");
            let reserved = WITHOUT_SHARE * RESERVED_NODES.saturating_sub(nodes);
            assert_eq!(all + reserved, MAX_PER_MINUTE, "{nodes}");
        }
    }

    #[test]
    fn it_asks_before_the_share_is_used_up_and_once_at_a_time() {
        let mut share = Share::default();
        assert!(!share.ask(14, 7));
        assert!(share.ask(15, 7));
        assert!(!share.ask(WITHOUT_SHARE, 8), "it is asked for");
        assert!(share.ask(WITHOUT_SHARE, 7 + ASK_TIMEOUT), "it was lost");
        share.extend(Some(200), 18, 18);
        assert_eq!(share.max(18), 220);
        assert!(!share.ask(164, 18) && share.ask(165, 18));
        for refusal in [Some(200), None] {
            share.extend(refusal, 19, 19);
            assert_eq!(share.max(19), 220);
            assert!(!share.ask(220, 23), "it was refused");
        }
        assert!(share.ask(220, 24));
        share.extend(Some(LARGEST), 24, 24);
        assert!(!share.ask(MAX_PER_MINUTE, 34), "there is no more");
    }

    #[test]
    fn an_answer_that_comes_twice_counts_once() {
        let mut share = Share::default();
        for _ in 0..2 {
            share.extend(Some(400), 10, 10);
            assert_eq!(share.max(10), 420);
        }
    }

    #[test]
    fn a_share_that_is_not_kept_ends() {
        let mut share = Share::default();
        share.extend(Some(400), 10, 12);
        assert_eq!(share.max(59), 420);
        assert_eq!(share.max(60), WITHOUT_SHARE);
        assert_eq!(share.reduce(5, 60), None);
        share.extend(Some(400), 70, 70);
        share.keep(300, 100);
        assert_eq!(share.max(149), 320);
        // The database does not know it any more.
        share.keep(0, 110);
        assert_eq!(share.max(110), WITHOUT_SHARE);
    }

    #[test]
    fn whoever_may_get_more_is_not_told_to_wait_for_a_minute() {
        let minute = Duration::from_mins(1);
        let mut share = Share::default();
        assert_eq!(share.delay(minute, 0), Duration::from_secs(REFUSED_FOR));
        share.extend(Some(LARGEST), 0, 0);
        assert_eq!(share.delay(minute, 0), minute);
    }

    #[test]
    fn a_share_is_reduced_to_what_was_used_and_never_below() {
        for (held, used, reduced) in [
            (1_400, 0, 0),
            (1_400, 10, 0),
            (1_400, 11, 400),
            (1_400, 220, 400),
            (1_400, 221, 600),
            (400, 300, 400),
            (200, 15, 200),
            (1_400, 1_420, 1_400),
        ] {
            let mut share = Share::default();
            share.extend(Some(held), 0, 0);
            assert_eq!(share.reduce(used, 1), Some(reduced), "{held} {used}");
            assert!(share.max(1) >= used.min(held + WITHOUT_SHARE));
        }
    }
}
