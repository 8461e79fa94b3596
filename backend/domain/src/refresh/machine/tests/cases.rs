//! Tables of what the order of the states alone does not show.

use super::*;

#[test]
fn table_after_the_lease_was_lost() {
    for (phase, event, expected) in [
        (RELOADING, loaded(VALID), RESTARTING),
        (RELOADING, loaded(NEWER), RESTARTING),
        (RELOADING, Event::StoreFailed, releasing(End::StoreFailed)),
        (Phase::Delaying, Event::Elapsed, RESTARTING),
        (Phase::AwaitingNextPermit, Event::Permitted, RESTARTING),
        (Phase::AwaitingNextPermit, Event::StopAsked, RESTARTING),
        (Phase::Presenting, Event::Granted, Phase::Storing),
        (
            Phase::Presenting,
            Event::Failed(Failure::NotSent),
            RESTARTING,
        ),
        (
            Phase::Presenting,
            Event::Failed(Failure::ConcurrentUse),
            RESTARTING,
        ),
        (
            Phase::Presenting,
            Event::Failed(Failure::GrantRejected),
            RESTARTING,
        ),
        (
            Phase::Presenting,
            Event::Failed(Failure::Lost),
            releasing(LOST),
        ),
        (
            Phase::Presenting,
            Event::Failed(Failure::Unusable),
            releasing(End::Failed(Failure::Unusable)),
        ),
    ] {
        let (lost, command) = step(at(phase), Event::LeaseLost);
        assert_eq!((lost.phase, command), (phase, Command::Continue));
        let (state, _) = step(lost, event);
        assert_eq!(state.phase, expected, "{phase:?} {event:?}");
        let (acquired, _) = step(
            State {
                phase: Phase::Acquiring,
                ..lost
            },
            Event::Acquired(Acquired::Free),
        );
        assert!(!acquired.is_lease_lost, "a new lease");
    }
}

#[test]
fn a_pair_is_stored_at_growing_intervals_until_it_is() {
    let mut state = at(Phase::Storing);
    let mut delays = Vec::new();
    for _ in 0..9 {
        let (waits, command) = step(state, Event::StoreFailed);
        let Command::Wait { delay, .. } = command else {
            panic!("{command:?}");
        };
        delays.push(delay.as_millis());
        state = step(waits, Event::Elapsed).0;
        assert_eq!(state.phase, Phase::Storing);
    }
    assert_eq!(
        delays,
        [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]
    );
}

#[test]
fn the_token_of_a_dead_owner_is_not_replayed() {
    for (event, phase) in [
        (Event::Failed(Failure::Lost), releasing(LOST)),
        // It was not consumed by this presentation.
        (Event::Failed(Failure::NotSent), Phase::Delaying),
    ] {
        let acquired = Event::Acquired(Acquired::Abandoned);
        let (reloads, _) = step(at(Phase::Acquiring), acquired);
        let (presents, command) = step(reloads, loaded(EXPIRED));
        assert_eq!(command, Command::Present);
        assert_eq!(step(presents, event).0.phase, phase);
    }
}
