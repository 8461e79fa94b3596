//! Tables of every event in every state.

use super::*;

/// The events that can follow a state, with the phase and the command after them.
#[expect(clippy::too_many_lines, reason = "a table")]
fn expected() -> Vec<(Phase, Event, Phase, Command)> {
    use Command as C;
    use Event as E;
    use Phase as P;

    let mut table = vec![
        (
            P::Loading,
            E::StoreFailed,
            P::Done(End::StoreFailed),
            C::Finish(End::StoreFailed),
        ),
        (
            P::AwaitingPermit,
            E::Permitted,
            P::Acquiring,
            C::AcquireLease,
        ),
        (
            P::AwaitingPermit,
            E::StopAsked,
            P::Done(End::Stopping),
            C::Finish(End::Stopping),
        ),
        (
            P::Acquiring,
            E::Acquired(Acquired::Free),
            RELOADING,
            C::Load,
        ),
        (
            P::Acquiring,
            E::Acquired(Acquired::Abandoned),
            ABANDONED,
            C::Load,
        ),
        (
            P::Acquiring,
            E::Acquired(Acquired::Held),
            P::AwaitingLease,
            wait(200, false),
        ),
        (
            P::Acquiring,
            E::Acquired(Acquired::Superseded),
            P::AwaitingLease,
            wait(200, false),
        ),
        (
            P::Acquiring,
            E::StoreFailed,
            releasing(End::StoreFailed),
            C::ReleaseLease,
        ),
        (P::AwaitingLease, E::Elapsed, P::Loading, C::Load),
        (
            RELOADING,
            E::StoreFailed,
            releasing(End::StoreFailed),
            C::ReleaseLease,
        ),
        (
            ABANDONED,
            E::StoreFailed,
            releasing(End::StoreFailed),
            C::ReleaseLease,
        ),
        (RELOADING, loaded(VALID), P::Presenting, C::Present),
        (RELOADING, loaded(EXPIRED), P::Presenting, C::Present),
        (RELOADING, loaded_ahead(VALID), P::Presenting, C::Present),
        (RELOADING, loaded_ahead(EXPIRED), P::Presenting, C::Present),
        (ABANDONED, loaded(VALID), P::Presenting, C::Present),
        (ABANDONED, loaded(EXPIRED), P::Presenting, C::Present),
        (
            ABANDONED,
            loaded_ahead(VALID),
            releasing(End::Postponed),
            C::ReleaseLease,
        ),
        (ABANDONED, loaded_ahead(EXPIRED), P::Presenting, C::Present),
        (P::Presenting, E::Granted, P::Storing, C::StorePair),
        (
            P::Presenting,
            E::Failed(Failure::NotSent),
            P::Delaying,
            wait(500, true),
        ),
        (
            P::Presenting,
            E::Failed(WITHHELD),
            releasing(End::Failed(WITHHELD)),
            C::ReleaseLease,
        ),
        (
            P::Presenting,
            E::Failed(Failure::Lost),
            REPLAYING,
            C::RenewLease,
        ),
        (
            P::Presenting,
            E::Failed(FAILURES[2]),
            P::Delaying,
            wait(500, true),
        ),
        (
            P::Presenting,
            E::Failed(FAILURES[3]),
            releasing(End::Failed(FAILURES[3])),
            C::ReleaseLease,
        ),
        (
            P::Presenting,
            E::Failed(Failure::ConcurrentUse),
            P::Delaying,
            wait(500, false),
        ),
        (
            P::Presenting,
            E::Failed(Failure::GrantRejected),
            P::Marking,
            C::MarkReconnectNeeded,
        ),
        (
            P::Delaying,
            E::Elapsed,
            P::AwaitingNextPermit,
            C::AcquirePermit,
        ),
        (P::AwaitingNextPermit, E::Permitted, RENEWING, C::RenewLease),
        (P::AwaitingNextPermit, E::StopAsked, RENEWING, C::RenewLease),
        (RENEWING, E::Renewed, RELOADING, C::Load),
        (RENEWING, E::LeaseLost, RESTARTING, C::ReleaseLease),
        (
            RENEWING,
            E::StoreFailed,
            releasing(End::StoreFailed),
            C::ReleaseLease,
        ),
        (REPLAYING, E::Renewed, P::Presenting, C::Present),
        (REPLAYING, E::LeaseLost, releasing(LOST), C::ReleaseLease),
        (REPLAYING, E::StoreFailed, releasing(LOST), C::ReleaseLease),
        (P::Marking, E::Settled, P::Loading, C::Load),
        (
            P::Marking,
            E::NotSettled,
            P::AwaitingLease,
            wait(200, false),
        ),
        (
            P::Marking,
            E::StoreFailed,
            releasing(End::StoreFailed),
            C::ReleaseLease,
        ),
        (P::Storing, E::Settled, P::LoadingResult, C::Load),
        (P::Storing, E::NotSettled, P::Verifying, C::Load),
        (
            P::Storing,
            E::StoreFailed,
            P::AwaitingStore,
            wait(100, false),
        ),
        (P::AwaitingStore, E::Elapsed, P::Storing, C::StorePair),
        (
            P::Verifying,
            E::StoreFailed,
            P::AwaitingVerification,
            wait(100, false),
        ),
        (P::AwaitingVerification, E::Elapsed, P::Verifying, C::Load),
        (
            P::Reclaiming,
            E::Acquired(Acquired::Free),
            P::Storing,
            C::StorePair,
        ),
        (
            P::Reclaiming,
            E::Acquired(Acquired::Abandoned),
            P::Storing,
            C::StorePair,
        ),
        (
            P::Reclaiming,
            E::Acquired(Acquired::Held),
            P::AwaitingVerification,
            wait(200, false),
        ),
        (
            P::Reclaiming,
            E::Acquired(Acquired::Superseded),
            P::AwaitingVerification,
            wait(200, false),
        ),
        (
            P::Reclaiming,
            E::StoreFailed,
            P::AwaitingVerification,
            wait(100, false),
        ),
        (
            P::Revoking(End::Gone),
            E::Revoked,
            P::Done(End::Gone),
            C::Finish(End::Gone),
        ),
        (
            P::LoadingResult,
            E::StoreFailed,
            P::Done(End::StoreFailed),
            C::Finish(End::StoreFailed),
        ),
    ];
    for failure in [Failure::ClientRejected, Failure::Unusable] {
        let ends = releasing(End::Failed(failure));
        let command = if failure.leaves_doubt() {
            C::LeaveLease
        } else {
            C::ReleaseLease
        };
        table.push((P::Presenting, E::Failed(failure), ends, command));
    }
    for loaded in [loaded, loaded_ahead] {
        for row in [VALID, EXPIRED] {
            table.push((P::Loading, loaded(row), P::AwaitingPermit, C::AcquirePermit));
            table.push((P::Verifying, loaded(row), P::Reclaiming, C::AcquireLease));
        }
        for (row, end) in [
            (NEWER, End::Current),
            (OURS, End::Current),
            (Row::ReconnectNeeded, End::ReconnectNeeded),
            (Row::Gone, End::Gone),
        ] {
            table.push((P::Loading, loaded(row), P::Done(end), C::Finish(end)));
            table.push((RELOADING, loaded(row), releasing(end), C::ReleaseLease));
            table.push((ABANDONED, loaded(row), releasing(end), C::ReleaseLease));
        }
        for (row, end) in [(NEWER, End::Current), (OURS, End::Refreshed)] {
            table.push((P::Verifying, loaded(row), P::Done(end), C::Finish(end)));
        }
        for (row, end) in [
            (Row::ReconnectNeeded, End::ReconnectNeeded),
            (Row::Gone, End::Gone),
        ] {
            table.push((P::Verifying, loaded(row), P::Revoking(end), C::Revoke));
            table.push((P::LoadingResult, loaded(row), P::Done(end), C::Finish(end)));
        }
        for row in [VALID, EXPIRED, NEWER, OURS] {
            let (phase, command) = (P::Done(End::Refreshed), C::Finish(End::Refreshed));
            table.push((P::LoadingResult, loaded(row), phase, command));
        }
    }
    table
}

/// The phases, with the phase and the command after an event that cannot follow.
fn unexpected() -> Vec<(Phase, Phase, Command)> {
    use Phase as P;

    let ends = (P::Done(End::Unexpected), Command::Finish(End::Unexpected));
    let releases = (releasing(End::Unexpected), Command::ReleaseLease);
    let keeps = (P::AwaitingVerification, wait(200, false));
    let gone = (P::Done(End::Gone), Command::Finish(End::Gone));
    let restarts = (P::AwaitingLease, wait(200, false));
    [
        (P::Loading, ends),
        (P::AwaitingPermit, ends),
        (P::Acquiring, releases),
        (P::AwaitingLease, ends),
        (RELOADING, releases),
        (ABANDONED, releases),
        (P::Presenting, releases),
        (P::Delaying, releases),
        (P::AwaitingNextPermit, releases),
        (RENEWING, releases),
        (REPLAYING, releases),
        (P::Marking, releases),
        // A lease that could not be released expires.
        (releasing(End::Gone), gone),
        (RESTARTING, restarts),
        (P::Storing, keeps),
        (P::AwaitingStore, keeps),
        (P::Verifying, keeps),
        (P::AwaitingVerification, keeps),
        (P::Reclaiming, keeps),
        (P::Revoking(End::Gone), keeps),
        (P::LoadingResult, ends),
        (P::Done(End::Gone), gone),
    ]
    .map(|(phase, (next, command))| (phase, next, command))
    .into()
}

#[test]
fn table_of_every_event_in_every_state() {
    let table = expected();
    for (phase, otherwise, command) in unexpected() {
        for event in events() {
            let rows: Vec<_> = table
                .iter()
                .filter(|(from, on, ..)| (*from, *on) == (phase, event))
                .collect();
            assert!(rows.len() <= 1, "twice in the table: {rows:?}");
            let is_done = matches!(phase, Phase::Done(_));
            let expected = match rows.first() {
                Some((_, _, next, command)) => (*next, *command),
                None if event == Event::LeaseLost && !is_done => (phase, Command::Continue),
                None => (otherwise, command),
            };
            let (state, command) = step(at(phase), event);
            assert_eq!((state.phase, command), expected, "{phase:?} {event:?}");
        }
    }
    let phases: Vec<_> = unexpected().iter().map(|(phase, ..)| *phase).collect();
    for (phase, ..) in table {
        assert!(phases.contains(&phase), "{phase:?}");
    }
}
