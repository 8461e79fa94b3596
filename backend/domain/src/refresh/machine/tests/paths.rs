//! Rules that hold on every path through the states.

use std::collections::{HashSet, VecDeque};

use super::*;

/// A path to a state: what the driver holds there, and what happened on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of a path")]
struct Path {
    state: State,
    command: Command,
    has_lease: bool,
    has_pair: bool,
    is_lost: bool,
    /// Number of answers that were lost, or of a dead owner.
    lost_answers: u8,
    /// Whether the token may have been consumed.
    is_in_doubt: bool,
}

/// Returns the results that a command can have.
fn results(command: Command) -> Vec<Event> {
    let mut results = match command {
        Command::Load => ROWS
            .into_iter()
            .flat_map(|row| [loaded(row), loaded_ahead(row)])
            .collect(),
        Command::AcquirePermit => vec![Event::Permitted, Event::StopAsked],
        Command::AcquireLease => ACQUIRED.map(Event::Acquired).into(),
        Command::RenewLease => vec![Event::Renewed, Event::LeaseLost],
        Command::Present => FAILURES.map(Event::Failed).into(),
        Command::StorePair
        | Command::MarkReconnectNeeded
        | Command::ReleaseLease
        | Command::LeaveLease => vec![Event::Settled, Event::NotSettled],
        Command::Wait { .. } => vec![Event::Elapsed],
        Command::Revoke => vec![Event::Revoked],
        Command::Continue | Command::Finish(_) => Vec::new(),
    };
    match command {
        Command::Present => results.push(Event::Granted),
        Command::AcquirePermit
        | Command::Wait { .. }
        | Command::Revoke
        | Command::Continue
        | Command::Finish(_) => {}
        _ => results.push(Event::StoreFailed),
    }
    results
}

impl Path {
    fn after(self, event: Event) -> Self {
        let (state, command) = step(self.state, event);
        let mut next = Self {
            state,
            command,
            ..self
        };
        match event {
            Event::Acquired(acquired @ (Acquired::Free | Acquired::Abandoned)) => {
                (next.has_lease, next.is_lost) = (true, false);
                next.lost_answers = self
                    .lost_answers
                    .max(u8::from(acquired == Acquired::Abandoned));
            }
            Event::Settled | Event::NotSettled => next.has_lease = false,
            Event::StoreFailed
                if matches!(self.command, Command::ReleaseLease | Command::LeaveLease) =>
            {
                next.has_lease = false;
            }
            Event::LeaseLost => next.is_lost = true,
            Event::Granted => next.has_pair = true,
            Event::Failed(Failure::Lost) => next.lost_answers += 1,
            Event::Revoked => next.has_pair = false,
            _ => {}
        }
        next.is_in_doubt |= matches!(
            event,
            Event::Acquired(Acquired::Abandoned) | Event::Failed(Failure::Lost | Failure::Unusable)
        );
        let is_kept = match (self.state.phase, event) {
            (Phase::Storing, Event::Settled) => true,
            (Phase::Verifying, Event::Loaded { row, .. }) => matches!(row, NEWER | OURS),
            _ => false,
        };
        next.has_pair &= !is_kept;
        next
    }

    fn check(self, before: Self, event: Event) {
        let what = format!("{before:?}\n{event:?}\n{self:?}");
        match self.command {
            Command::Finish(_) => {
                assert!(!self.has_lease, "a lease is left behind: {what}");
                assert!(!self.has_pair, "a pair is dropped: {what}");
            }
            Command::Present => {
                assert!(self.has_lease && !self.is_lost, "no lease: {what}");
                assert!(self.lost_answers <= 1, "replayed twice: {what}");
                assert!(!self.has_pair, "a pair is in hand: {what}");
            }
            Command::MarkReconnectNeeded => {
                assert!(self.has_lease && !self.is_lost, "no lease: {what}");
                assert_eq!(event, Event::Failed(Failure::GrantRejected), "{what}");
            }
            Command::ReleaseLease => assert!(!self.is_in_doubt, "a doubt is forgotten: {what}"),
            Command::LeaveLease => assert!(self.is_in_doubt, "nothing is in doubt: {what}"),
            Command::StorePair => assert!(self.has_pair && self.has_lease, "{what}"),
            Command::Revoke => {
                let is_over = [loaded(Row::Gone), loaded(Row::ReconnectNeeded)].contains(&event)
                    || [loaded_ahead(Row::Gone), loaded_ahead(Row::ReconnectNeeded)]
                        .contains(&event);
                assert!(self.has_pair && is_over, "a good pair: {what}");
            }
            _ => {}
        }
    }
}

/// Explores every path, with results of the commands and losses of the lease in any order.
#[test]
fn rules_hold_on_every_path() {
    let (state, command) = State::start(GENERATION);
    let first = Path {
        state,
        command,
        has_lease: false,
        has_pair: false,
        is_lost: false,
        lost_answers: 0,
        is_in_doubt: false,
    };
    let (mut seen, mut queue) = (HashSet::from([first]), VecDeque::from([first]));
    let mut ends = HashSet::new();
    while let Some(path) = queue.pop_front() {
        if let Command::Finish(end) = path.command {
            ends.insert(end);
            continue;
        }
        let mut next: Vec<_> = results(path.command)
            .into_iter()
            .map(|event| (event, path.after(event)))
            .collect();
        if path.has_lease && path.command != Command::RenewLease {
            // The heartbeat reports it while the command is carried out.
            let lost = path.after(Event::LeaseLost);
            let command = path.command;
            next.push((Event::LeaseLost, Path { command, ..lost }));
        }
        for (event, after) in next {
            if event != Event::LeaseLost || path.command == Command::RenewLease {
                after.check(path, event);
            }
            if seen.insert(after) {
                queue.push_back(after);
            }
        }
    }
    assert!(!ends.contains(&End::Unexpected), "{ends:?}");
    assert!(ends.contains(&End::Refreshed) && ends.contains(&End::Postponed));
    assert!(seen.len() > 100 && seen.len() < 100_000, "{}", seen.len());
}

/// Events in any order, possible or not: a pair in hand is never dropped.
#[test]
fn impossible_events_drop_no_pair() {
    let (start, _) = State::start(GENERATION);
    let first = (start, false);
    let (mut seen, mut queue) = (HashSet::from([first]), VecDeque::from([first]));
    while let Some((state, has_pair)) = queue.pop_front() {
        for event in events() {
            let (next, command) = step(state, event);
            let is_granted = (state.phase, event) == (Phase::Presenting, Event::Granted);
            let is_kept = match (state.phase, event) {
                (Phase::Storing, Event::Settled) | (Phase::Revoking(_), Event::Revoked) => true,
                (Phase::Verifying, Event::Loaded { row, .. }) => matches!(row, NEWER | OURS),
                _ => false,
            };
            let has_pair = (has_pair || is_granted) && !is_kept;
            let is_over = matches!(command, Command::Finish(_));
            assert!(!(is_over && has_pair), "{state:?} {event:?} {next:?}");
            if !is_over && seen.insert((next, has_pair)) {
                queue.push_back((next, has_pair));
            }
        }
    }
    assert!(seen.len() > 100, "{}", seen.len());
}
