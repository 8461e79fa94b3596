//! The protocol of one refresh, as a state machine without IO (pure).
//!
//! [`step`] takes a state and an event, and returns the next state and the one command that the
//! driver carries out; the result of the command is the next event. Tokens, permits and leases stay
//! with the driver, so that a state is small, comparable and free of secrets.
//!
//! The order: reload, permit, lease, reload under the lease, present, store. Rules that the order
//! alone does not show:
//!
//! - A pair in hand is never dropped before it is stored, or the row holds a newer one, or the
//!   connection has ended and the pair is revoked.
//! - A token is presented again only after the lease was renewed: an owner that was superseded
//!   presents nothing.
//! - Every way out of a state that may hold the lease leads through a settlement.
//! - A doubt whether the token was consumed outlives the refresh: the lease is then left as by a
//!   dead owner, and the next owner presents the token only when it must.
//!
//! [`Event::LeaseLost`] from the heartbeat may arrive in any state. Every other event that cannot
//! follow a state ends the refresh in the way that loses nothing, see `after_unexpected`.

#[cfg(test)]
mod tests;
mod types;

use std::time::Duration;

pub use self::types::{Acquired, Command, End, Event, Exit, Phase, Row, State};
use super::outcome::{Failure, MAX_ATTEMPTS, Next, next};
use crate::backoff::exponential;

/// Interval at which a lease that another owner holds is checked.
const LEASE_CHECK_INTERVAL: Duration = Duration::from_millis(200);
/// Delay after the first failure to store a pair; doubled with each further one.
const STORE_DELAY: Duration = Duration::from_millis(100);
/// Upper bound of that delay.
const MAX_STORE_DELAY: Duration = Duration::from_secs(5);
/// Number of failures after which that delay no longer grows. It bounds the number of states.
const MAX_STORE_FAILURES: u32 = 7;

impl State {
    /// Returns the initial state of a refresh of `generation`, and the first command.
    #[must_use]
    pub const fn start(generation: u64) -> (Self, Command) {
        let state = Self {
            generation,
            phase: Phase::Loading,
            tries: 0,
            has_replayed: false,
            is_in_doubt: false,
            is_lease_lost: false,
            store_failures: 0,
        };
        (state, Command::Load)
    }

    const fn to(mut self, phase: Phase, command: Command) -> (Self, Command) {
        self.phase = phase;
        (self, command)
    }

    const fn finish(self, end: End) -> (Self, Command) {
        self.to(Phase::Done(end), Command::Finish(end))
    }

    /// Gives the lease up. If the token may have been consumed, the next owner is told.
    const fn release(self, exit: Exit) -> (Self, Command) {
        let command = if self.is_in_doubt {
            Command::LeaveLease
        } else {
            Command::ReleaseLease
        };
        self.to(Phase::Releasing(exit), command)
    }

    const fn wait(self, phase: Phase, delay: Duration) -> (Self, Command) {
        let command = Command::Wait {
            delay,
            has_jitter: false,
        };
        self.to(phase, command)
    }

    /// Waits longer with each failure of the store.
    fn wait_for_store(mut self, phase: Phase) -> (Self, Command) {
        self.store_failures = (self.store_failures + 1).min(MAX_STORE_FAILURES);
        let delay = exponential(STORE_DELAY, self.store_failures, MAX_STORE_DELAY);
        self.wait(phase, delay)
    }

    fn present(mut self) -> (Self, Command) {
        self.tries = (self.tries + 1).min(MAX_ATTEMPTS);
        self.to(Phase::Presenting, Command::Present)
    }

    /// Returns the result if the row needs no refresh any more.
    const fn end_of(self, row: Row) -> Option<End> {
        match row {
            Row::Active { generation, .. } if generation == self.generation => None,
            Row::Active { .. } => Some(End::Current),
            Row::ReconnectNeeded => Some(End::ReconnectNeeded),
            Row::Gone => Some(End::Gone),
        }
    }

    const fn after_release(self, exit: Exit) -> (Self, Command) {
        match exit {
            Exit::End(end) => self.finish(end),
            Exit::Restart => self.wait(Phase::AwaitingLease, LEASE_CHECK_INTERVAL),
        }
    }
}

/// Returns the state that follows `state` after `event`, and the command to carry out.
#[must_use]
#[expect(
    clippy::match_same_arms,
    reason = "one arm for each transition, in the order of the protocol"
)]
pub fn step(mut state: State, event: Event) -> (State, Command) {
    use Acquired::{Abandoned, Free, Held, Superseded};
    use Phase as P;

    match (state.phase, event) {
        (P::Done(end), _) => state.finish(end),
        (P::Renewing { replay: Some(lost) }, Event::LeaseLost | Event::StoreFailed) => {
            state.release(Exit::End(End::Failed(lost)))
        }
        (P::Renewing { replay: None }, Event::LeaseLost) => state.release(Exit::Restart),
        (_, Event::LeaseLost) => {
            state.is_lease_lost = true;
            (state, Command::Continue)
        }

        // Before the lease.
        (P::Loading, Event::Loaded { row, .. }) => match state.end_of(row) {
            Some(end) => state.finish(end),
            None => state.to(P::AwaitingPermit, Command::AcquirePermit),
        },
        (P::Loading | P::LoadingResult, Event::StoreFailed) => state.finish(End::StoreFailed),
        (P::AwaitingPermit, Event::Permitted) => state.to(P::Acquiring, Command::AcquireLease),
        // A refresh that begins now could be interrupted.
        (P::AwaitingPermit, Event::StopAsked) => state.finish(End::Stopping),
        (P::Acquiring, Event::Acquired(acquired @ (Free | Abandoned))) => {
            state.is_lease_lost = false;
            let is_abandoned = acquired == Abandoned;
            state.has_replayed |= is_abandoned;
            state.is_in_doubt |= is_abandoned;
            state.to(P::Reloading { is_abandoned }, Command::Load)
        }
        (P::Acquiring, Event::Acquired(Held | Superseded)) => {
            state.wait(P::AwaitingLease, LEASE_CHECK_INTERVAL)
        }
        (P::Acquiring, Event::StoreFailed) => state.release(Exit::End(End::StoreFailed)),
        (P::AwaitingLease, Event::Elapsed) => state.to(P::Loading, Command::Load),

        // Under the lease.
        (P::Reloading { is_abandoned }, Event::Loaded { row, is_urgent }) => {
            after_reload(state, is_abandoned, row, is_urgent)
        }
        (P::Reloading { .. } | P::Renewing { .. } | P::Marking, Event::StoreFailed) => {
            state.release(Exit::End(End::StoreFailed))
        }
        (P::Presenting, Event::Granted) => state.to(P::Storing, Command::StorePair),
        (P::Presenting, Event::Failed(failure)) => after_failure(state, failure),
        (P::Delaying, Event::Elapsed)
        | (P::AwaitingNextPermit, Event::Permitted | Event::StopAsked)
            if state.is_lease_lost =>
        {
            state.release(Exit::Restart)
        }
        (P::Delaying, Event::Elapsed) => state.to(P::AwaitingNextPermit, Command::AcquirePermit),
        // A stop does not interrupt a refresh that has begun.
        (P::AwaitingNextPermit, Event::Permitted | Event::StopAsked) => {
            state.to(P::Renewing { replay: None }, Command::RenewLease)
        }
        (P::Renewing { replay: None }, Event::Renewed) => {
            let is_abandoned = false;
            state.to(P::Reloading { is_abandoned }, Command::Load)
        }
        (P::Renewing { replay: Some(_) }, Event::Renewed) => {
            state.has_replayed = true;
            state.present()
        }
        // The row says what follows: it is marked, or another owner or a person was faster.
        (P::Marking, Event::Settled) => state.to(P::Loading, Command::Load),
        (P::Marking, Event::NotSettled) => state.wait(P::AwaitingLease, LEASE_CHECK_INTERVAL),
        (P::Releasing(exit), _) => state.after_release(exit),

        // With a pair in hand.
        (P::Storing, Event::Settled) => state.to(P::LoadingResult, Command::Load),
        (P::Storing, Event::NotSettled) => state.to(P::Verifying, Command::Load),
        (P::Storing, Event::StoreFailed) => state.wait_for_store(P::AwaitingStore),
        (P::AwaitingStore, Event::Elapsed) => state.to(P::Storing, Command::StorePair),
        (P::Verifying, Event::Loaded { row, .. }) => after_verification(state, row),
        (P::AwaitingVerification, Event::Elapsed) => state.to(P::Verifying, Command::Load),
        (P::Reclaiming, Event::Acquired(Free | Abandoned)) => {
            state.is_lease_lost = false;
            state.to(P::Storing, Command::StorePair)
        }
        (P::Reclaiming, Event::Acquired(Held | Superseded)) => {
            state.wait(P::AwaitingVerification, LEASE_CHECK_INTERVAL)
        }
        (P::Verifying | P::Reclaiming, Event::StoreFailed) => {
            state.wait_for_store(P::AwaitingVerification)
        }
        (P::Revoking(end), Event::Revoked) => state.finish(end),
        (P::LoadingResult, Event::Loaded { row, .. }) => match row {
            Row::Active { .. } => state.finish(End::Refreshed),
            Row::ReconnectNeeded => state.finish(End::ReconnectNeeded),
            Row::Gone => state.finish(End::Gone),
        },

        _ => after_unexpected(state),
    }
}

/// Decides under the lease whether to present the token. If a dead owner may have presented it, it
/// is presented only when it must be.
fn after_reload(state: State, is_abandoned: bool, row: Row, is_urgent: bool) -> (State, Command) {
    if state.is_lease_lost {
        return state.release(Exit::Restart);
    }
    if let Some(end) = state.end_of(row) {
        return state.release(Exit::End(end));
    }
    let is_usable = matches!(row, Row::Active { access_left, .. } if !access_left.is_zero());
    if is_abandoned && is_usable && !is_urgent {
        return state.release(Exit::End(End::Postponed));
    }
    state.present()
}

/// Decides what follows a presentation without a pair. An owner that lost the lease marks nothing
/// and leaves the next presentation to the other one.
fn after_failure(mut state: State, failure: Failure) -> (State, Command) {
    state.is_in_doubt |= failure.leaves_doubt();
    match next(failure, state.tries, state.has_replayed) {
        Next::Again(_) | Next::ReadAgain(_) | Next::Reconnect if state.is_lease_lost => {
            state.release(Exit::Restart)
        }
        Next::Again(delay) => {
            let has_jitter = true;
            state.to(Phase::Delaying, Command::Wait { delay, has_jitter })
        }
        Next::ReadAgain(delay) => state.wait(Phase::Delaying, delay),
        Next::ReplayOnce if state.is_lease_lost => state.release(Exit::End(End::Failed(failure))),
        Next::ReplayOnce => {
            let replay = Some(failure);
            state.to(Phase::Renewing { replay }, Command::RenewLease)
        }
        Next::Reconnect => state.to(Phase::Marking, Command::MarkReconnectNeeded),
        Next::Alert | Next::GiveUp => state.release(Exit::End(End::Failed(failure))),
    }
}

/// Decides what becomes of a pair that was not stored. Only the pair of an ended connection is
/// revoked: Snyk may end more than this pair, and an active row may hold a successor of it.
fn after_verification(state: State, row: Row) -> (State, Command) {
    match (row, state.end_of(row)) {
        (
            Row::Active {
                holds_pair: true, ..
            },
            _,
        ) => state.finish(End::Refreshed),
        (Row::Active { .. }, Some(end)) => state.finish(end),
        (_, Some(end)) => state.to(Phase::Revoking(end), Command::Revoke),
        // The pair is newer than the row: another owner took the lease, and stored nothing yet.
        (_, None) => state.to(Phase::Reclaiming, Command::AcquireLease),
    }
}

/// Continues after an event that cannot follow the state: a pair in hand is kept, a lease is
/// released, and the token is not presented again.
fn after_unexpected(state: State) -> (State, Command) {
    match state.phase {
        Phase::Loading
        | Phase::AwaitingPermit
        | Phase::AwaitingLease
        | Phase::LoadingResult
        | Phase::Done(_) => state.finish(End::Unexpected),
        Phase::Acquiring
        | Phase::Reloading { .. }
        | Phase::Presenting
        | Phase::Delaying
        | Phase::AwaitingNextPermit
        | Phase::Renewing { .. }
        | Phase::Marking => state.release(Exit::End(End::Unexpected)),
        Phase::Releasing(exit) => state.after_release(exit),
        Phase::Storing
        | Phase::AwaitingStore
        | Phase::Verifying
        | Phase::AwaitingVerification
        | Phase::Reclaiming
        | Phase::Revoking(_) => state.wait(Phase::AwaitingVerification, LEASE_CHECK_INTERVAL),
    }
}
