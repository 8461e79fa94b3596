//! Mutants of the machine: each breaks one rule, and the invariant that it stands for notices.

use domain::refresh::{
    machine::{Acquired, Command, End, Event, Exit, Phase, Row, State, step},
    outcome::Failure,
};
use stateright::{Checker as _, Model as _};

use crate::{
    QUIET,
    model::{Refreshes, Step},
    progress,
    properties::{
        NEWER_STAYS, NOT_DROPPED, NOT_LOST, NOT_REVOKED, ONE_PRESENTATION, ONLY_IF_REJECTED,
        PATIENT,
    },
    world::{Budget, Rotation},
};

const ROUGH: Budget = Budget {
    pauses: 1,
    lost_answers: 2,
    store_failures: 1,
    ..QUIET
};

fn to(mut state: State, phase: Phase, command: Command) -> (State, Command) {
    state.phase = phase;
    (state, command)
}

/// Presents without a lease.
fn takes_no_lease(state: State, event: Event) -> (State, Command) {
    match (state.phase, event) {
        (Phase::AwaitingPermit, Event::Permitted) => to(state, Phase::Presenting, Command::Present),
        _ => step(state, event),
    }
}

/// Forgets that a token may have been consumed.
fn forgets_a_doubt(mut state: State, event: Event) -> (State, Command) {
    state.is_in_doubt = false;
    match step(state, event) {
        (state, Command::LeaveLease) => (state, Command::ReleaseLease),
        next => next,
    }
}

/// Stores its pair over a newer one.
fn replaces_what_is_newer(mut state: State, event: Event) -> (State, Command) {
    if let (Phase::Verifying, Event::Loaded { row, .. }) = (state.phase, event)
        && let Row::Active {
            generation,
            holds_pair: false,
            ..
        } = row
        && generation > state.generation
    {
        state.generation = generation;
        return to(state, Phase::Reclaiming, Command::AcquireLease);
    }
    step(state, event)
}

/// Revokes a pair that came too late, although the row holds another one of the same grant.
fn revokes_what_came_late(state: State, event: Event) -> (State, Command) {
    match (state.phase, event) {
        (
            Phase::Verifying,
            Event::Loaded {
                row:
                    Row::Active {
                        generation,
                        holds_pair: false,
                        ..
                    },
                ..
            },
        ) if generation > state.generation => {
            to(state, Phase::Revoking(End::Current), Command::Revoke)
        }
        _ => step(state, event),
    }
}

/// Gives up when a pair cannot be stored.
fn drops_a_pair(state: State, event: Event) -> (State, Command) {
    match (state.phase, event) {
        (Phase::Storing, Event::StoreFailed) => {
            let exit = Exit::End(End::StoreFailed);
            to(state, Phase::Releasing(exit), Command::ReleaseLease)
        }
        _ => step(state, event),
    }
}

/// Takes a lost answer for a rejection.
fn marks_on_silence(state: State, event: Event) -> (State, Command) {
    match (state.phase, event) {
        (Phase::Presenting, Event::Failed(Failure::Lost)) => {
            to(state, Phase::Marking, Command::MarkReconnectNeeded)
        }
        _ => step(state, event),
    }
}

/// Waits for a lease, and never looks again.
fn waits_for_ever(state: State, event: Event) -> (State, Command) {
    match (state.phase, event) {
        (Phase::AwaitingLease, Event::Elapsed) => step(
            to(state, Phase::Acquiring, Command::AcquireLease).0,
            Event::Acquired(Acquired::Held),
        ),
        _ => step(state, event),
    }
}

/// Returns the invariants that a mutant violates.
fn violated(step: Step, rotation: Rotation, budget: Budget) -> Vec<&'static str> {
    let model = Refreshes {
        step,
        ..Refreshes::new(rotation, budget)
    };
    let checker = model
        .checker()
        .threads(2)
        .target_max_depth(30)
        .spawn_bfs()
        .join();
    checker.discoveries().into_keys().collect()
}

#[test]
fn each_invariant_fails_for_a_mutant() {
    let mutants: [(&str, Step, Rotation, &str); 7] = [
        (
            "takes no lease",
            takes_no_lease,
            Rotation::Grace,
            ONE_PRESENTATION,
        ),
        (
            "forgets a doubt",
            forgets_a_doubt,
            Rotation::Strict,
            PATIENT,
        ),
        (
            "replaces what is newer",
            replaces_what_is_newer,
            Rotation::Grace,
            NEWER_STAYS,
        ),
        (
            "revokes what came late",
            revokes_what_came_late,
            Rotation::Grace,
            NOT_REVOKED,
        ),
        ("drops a pair", drops_a_pair, Rotation::Grace, NOT_DROPPED),
        (
            "marks on silence",
            marks_on_silence,
            Rotation::Grace,
            ONLY_IF_REJECTED,
        ),
        (
            "marks on silence",
            marks_on_silence,
            Rotation::Grace,
            NOT_LOST,
        ),
    ];
    for (name, step, rotation, invariant) in mutants {
        let violated = violated(step, rotation, ROUGH);
        println!("{name}, {rotation:?}: {violated:?}");
        assert!(violated.contains(&invariant), "{name}: {invariant}");
    }
}

#[test]
fn a_mutant_that_waits_for_ever_is_found() {
    let model = Refreshes {
        step: waits_for_ever,
        ..Refreshes::new(Rotation::Grace, QUIET)
    };
    assert!(progress::stuck(&model).is_some());
}
