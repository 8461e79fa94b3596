//! A model of the refresh protocol, checked exhaustively over the machine that runs.
//!
//! Three nodes refresh one connection. Leases run out, nodes end, answers are lost or late, the
//! store and the provider fail: each as often as a [`Budget`](world::Budget) says, in every order.
//! [`properties`] are the invariants; [`progress`] checks that nobody waits for ever. A
//! [mutant](mutants) of the machine shows for each of them that it can fail.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and prints how much it checked"
)]

mod model;
mod mutants;
mod progress;
mod properties;
mod world;

use stateright::{Checker as _, Model as _};

use crate::{
    model::Refreshes,
    world::{Budget, Rotation},
};

const QUIET: Budget = Budget {
    crashes: 0,
    pauses: 0,
    lost_answers: 0,
    late_requests: 0,
    provider_failures: 0,
    store_failures: 0,
    disconnects: 0,
    withdrawals: 0,
};

/// Checks every invariant in every state within the budget, and that everybody ends.
fn check(name: &str, budget: Budget) {
    for rotation in [Rotation::Strict, Rotation::Grace] {
        let model = Refreshes::new(rotation, budget);
        let checker = model.clone().checker().threads(2).spawn_bfs().join();
        println!(
            "{name}, {rotation:?}: {} states, depth {}",
            checker.unique_state_count(),
            checker.max_depth(),
        );
        checker.assert_properties();
        progress::assert_everybody_ends(&model);
    }
}

#[test]
fn nodes_that_live_and_a_provider_that_answers() {
    check("quiet", QUIET);
}

#[test]
fn nodes_end_and_pause() {
    let budget = Budget {
        crashes: 1,
        pauses: 1,
        ..QUIET
    };
    check("crash and pause", budget);
}

#[test]
fn answers_are_lost_and_late() {
    let budget = Budget {
        pauses: 1,
        lost_answers: 1,
        late_requests: 1,
        ..QUIET
    };
    check("lost and late", budget);
}

#[test]
fn the_store_fails() {
    let budget = Budget {
        pauses: 1,
        store_failures: 2,
        ..QUIET
    };
    check("store", budget);
}

#[test]
fn the_provider_fails() {
    let budget = Budget {
        pauses: 1,
        provider_failures: 1,
        lost_answers: 1,
        ..QUIET
    };
    check("provider", budget);
}

#[test]
fn a_person_disconnects_or_withdraws_the_grant() {
    let budget = Budget {
        pauses: 1,
        crashes: 1,
        disconnects: 1,
        withdrawals: 1,
        ..QUIET
    };
    check("person", budget);
}
