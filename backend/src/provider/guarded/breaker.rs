//! A circuit breaker as a state machine, without IO, clock or randomness (pure).
//!
//! # Design
//!
//! Closed, it lets every call pass and counts the outcomes in a sliding window. It opens when enough of
//! them are failures: then it refuses every call, until one may try (half-open). The outcome of that
//! probe closes it or opens it again, for longer each time.
//!
//! A call holds a [`Ticket`] of the period in which it began. The outcome of an earlier period changes
//! nothing: calls that were in flight when the circuit opened say nothing about the time afterwards.

mod window;

use std::time::{Duration, Instant};

use self::window::Window;
use crate::backoff::exponential;

/// Minimum number of outcomes in the window. A few calls are no evidence, however they end.
const MIN_CALLS: u64 = 20;
/// Share of failures that opens the circuit, in percent: with [`MIN_CALLS`], at least fifteen. While
/// more is answered, opening would take the answers from those who get one.
const MAX_FAILURES_PERCENT: u64 = 75;
/// Time for which the circuit stays open at first, without jitter; doubled with each failed probe.
const INITIAL_OPEN: Duration = Duration::from_secs(4);
/// Upper bound of that time, without jitter.
const MAX_OPEN: Duration = Duration::from_secs(24);
/// Upper bound of that time with jitter.
const MAX_OPEN_JITTERED: Duration = Duration::from_secs(30);
/// Delay for calls that are refused while a probe is in flight.
const PROBE_WAIT: Duration = Duration::from_secs(1);

/// A circuit breaker.
#[derive(Debug)]
pub(super) struct Breaker {
    state: State,
    /// The number of the period, which each change of the state begins.
    period: u64,
}

#[derive(Debug)]
enum State {
    Closed(Window),
    Open { until: Instant, openings: u32 },
    HalfOpen { openings: u32 },
}

/// The right to report the outcome of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    period: u64,
    is_probe: bool,
}

/// A change of the state that an operator wants to know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The circuit opened, or stays open after a failed probe, for this time.
    Opened(Duration),
    /// The circuit closed.
    Closed,
}

impl Breaker {
    /// Returns a closed circuit.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            state: State::Closed(Window::new(now)),
            period: 0,
        }
    }

    /// Admits a call, or returns the time until the next probe.
    pub(super) fn admit(&mut self, now: Instant) -> Result<Ticket, Duration> {
        match self.state {
            State::Closed(_) => Ok(self.observe()),
            State::Open { until, .. } if now < until => Err(until - now),
            State::Open { openings, .. } => {
                self.change(State::HalfOpen { openings });
                Ok(Ticket {
                    period: self.period,
                    is_probe: true,
                })
            }
            State::HalfOpen { .. } => Err(PROBE_WAIT),
        }
    }

    /// Returns a ticket for a call that is made whatever the state. It is never the probe.
    pub(super) const fn observe(&self) -> Ticket {
        Ticket {
            period: self.period,
            is_probe: false,
        }
    }

    /// Records an answer. It closes the circuit if the call began while it was open.
    pub(super) fn answered(&mut self, ticket: Ticket, now: Instant) -> Option<Change> {
        if ticket.period != self.period {
            return None;
        }
        match &mut self.state {
            State::Closed(window) => {
                window.count_answer(now);
                None
            }
            State::Open { .. } | State::HalfOpen { .. } => {
                self.change(State::Closed(Window::new(now)));
                Some(Change::Closed)
            }
        }
    }

    /// Records a failure. `jitter` adds a random time to the time for which the circuit opens.
    pub(super) fn failed(
        &mut self,
        ticket: Ticket,
        now: Instant,
        jitter: impl FnOnce(Duration) -> Duration,
    ) -> Option<Change> {
        if ticket.period != self.period {
            return None;
        }
        let openings = match &mut self.state {
            State::Closed(window) => {
                window.count_failure(now);
                let (calls, failures) = window.totals();
                if calls < MIN_CALLS || failures * 100 < calls * MAX_FAILURES_PERCENT {
                    return None;
                }
                1
            }
            State::HalfOpen { openings } if ticket.is_probe => openings.saturating_add(1),
            State::Open { .. } | State::HalfOpen { .. } => return None,
        };
        let open = jitter(exponential(INITIAL_OPEN, openings, MAX_OPEN)).min(MAX_OPEN_JITTERED);
        self.change(State::Open {
            until: now + open,
            openings,
        });
        Some(Change::Opened(open))
    }

    /// Records that a call ended without an outcome, because nobody waits for it any more. After a
    /// probe, the next call is the probe.
    pub(super) fn abandoned(&mut self, ticket: Ticket, now: Instant) {
        if let State::HalfOpen { openings } = self.state
            && ticket.is_probe
            && ticket.period == self.period
        {
            self.change(State::Open {
                until: now,
                openings,
            });
        }
    }

    fn change(&mut self, state: State) {
        self.state = state;
        self.period += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Reports that many outcomes of calls that begin and end at once.
    fn report(breaker: &mut Breaker, now: Instant, answers: u64, failures: u64) -> Option<Change> {
        let mut last = None;
        for number in 0..answers + failures {
            let ticket = breaker.admit(now).unwrap();
            last = if number < answers {
                breaker.answered(ticket, now)
            } else {
                breaker.failed(ticket, now, |delay| delay)
            };
        }
        last
    }

    /// Returns an open circuit, and the time at which it may be probed.
    fn open(now: Instant) -> (Breaker, Instant) {
        let mut breaker = Breaker::new(now);
        let opened = report(&mut breaker, now, 0, MIN_CALLS);
        assert_eq!(opened, Some(Change::Opened(INITIAL_OPEN)));
        (breaker, now + INITIAL_OPEN)
    }

    #[test]
    fn rel_5_few_failures_or_a_small_share_of_them_do_not_open_it() {
        let now = Instant::now();
        let mut few = Breaker::new(now);
        assert_eq!(report(&mut few, now, 0, MIN_CALLS - 1), None);
        assert!(few.admit(now).is_ok());
        let mut rare = Breaker::new(now);
        for _ in 0..100 {
            assert_eq!(report(&mut rare, now, 1, 2), None);
        }
        assert!(rare.admit(now).is_ok());
        assert!(matches!(
            report(&mut rare, now, 0, 100),
            Some(Change::Opened(_))
        ));
    }

    #[test]
    fn rel_5_failures_of_another_time_do_not_count() {
        let now = Instant::now();
        let mut breaker = Breaker::new(now);
        for minute in 0..60 {
            let now = now + Duration::from_mins(minute);
            assert_eq!(report(&mut breaker, now, 0, MIN_CALLS - 1), None);
        }
    }

    #[test]
    fn rel_5_while_it_is_open_every_call_is_refused_until_one_probe_may_try() {
        let (mut breaker, probe_at) = open(Instant::now());
        let before = probe_at.checked_sub(SECOND).unwrap();
        assert_eq!(breaker.admit(before), Err(SECOND));
        let probe = breaker.admit(probe_at).unwrap();
        assert_eq!(breaker.admit(probe_at + SECOND), Err(PROBE_WAIT));
        assert_eq!(breaker.answered(probe, probe_at), Some(Change::Closed));
        // It begins anew: what failed before it closed does not count.
        assert_eq!(report(&mut breaker, probe_at, 0, MIN_CALLS - 1), None);
    }

    #[test]
    fn rel_5_each_failed_probe_opens_it_for_longer_up_to_half_a_minute() {
        let (mut breaker, mut now) = open(Instant::now());
        for seconds in [8, 16, 24, 24] {
            let probe = breaker.admit(now).unwrap();
            let seconds = Duration::from_secs(seconds);
            let opened = breaker.failed(probe, now, |delay| delay);
            assert_eq!(opened, Some(Change::Opened(seconds)));
            assert_eq!(breaker.admit(now), Err(seconds));
            now += seconds;
        }
        let probe = breaker.admit(now).unwrap();
        let opened = breaker.failed(probe, now, |delay| delay * 2);
        assert_eq!(opened, Some(Change::Opened(MAX_OPEN_JITTERED)));
    }

    #[test]
    fn rel_5_a_cancelled_probe_is_followed_by_another() {
        let (mut breaker, now) = open(Instant::now());
        for _ in 0..3 {
            let probe = breaker.admit(now).unwrap();
            assert!(breaker.admit(now).is_err());
            breaker.abandoned(probe, now);
        }
        let cancelled = breaker.admit(now).unwrap();
        breaker.abandoned(cancelled, now);
        let probe = breaker.admit(now).unwrap();
        // A ticket counts once.
        breaker.abandoned(cancelled, now);
        assert_eq!(breaker.answered(cancelled, now), None);
        assert!(breaker.admit(now).is_err());
        assert_eq!(breaker.answered(probe, now), Some(Change::Closed));
    }

    #[test]
    fn rel_5_what_began_before_it_opened_changes_nothing_afterwards() {
        let now = Instant::now();
        let mut breaker = Breaker::new(now);
        let early = breaker.admit(now).unwrap();
        assert!(report(&mut breaker, now, 0, MIN_CALLS).is_some());
        assert_eq!(breaker.answered(early, now), None);
        assert_eq!(breaker.failed(early, now, |delay| delay), None);
        breaker.abandoned(early, now);
        assert_eq!(breaker.admit(now), Err(INITIAL_OPEN));
    }

    #[test]
    fn rel_5_a_call_that_always_passes_closes_it_and_does_not_keep_it_open() {
        let (mut breaker, probe_at) = open(Instant::now());
        let now = probe_at.checked_sub(SECOND).unwrap();
        let passing = breaker.observe();
        assert_eq!(breaker.failed(passing, now, |delay| delay), None);
        assert_eq!(breaker.admit(now), Err(SECOND));
        assert_eq!(breaker.answered(passing, now), Some(Change::Closed));

        let (mut breaker, probe_at) = open(now);
        let probe = breaker.admit(probe_at).unwrap();
        let passing = breaker.observe();
        assert_eq!(breaker.failed(passing, probe_at, |delay| delay), None);
        assert_eq!(breaker.answered(probe, probe_at), Some(Change::Closed));
    }
}
