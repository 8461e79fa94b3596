//! Checks that no node waits for ever: from every state, all nodes can still end.
//!
//! Waiting is a cycle of the model, and time is not in it: a lease that a dead owner left runs out
//! at some moment. So the check is that no state is cut off from an end, whatever happened before.

use std::{collections::HashMap, collections::VecDeque};

use stateright::Model as _;

use crate::{model::Refreshes, properties::is_over, world::World};

/// Fails with a state from which somebody can come to no end.
pub(crate) fn assert_everybody_ends(model: &Refreshes) {
    let stuck = stuck(model);
    assert!(stuck.is_none(), "somebody waits for ever: {stuck:#?}");
}

/// Returns a state from which no end can be reached.
pub(crate) fn stuck(model: &Refreshes) -> Option<World> {
    let mut numbers: HashMap<World, usize> = HashMap::new();
    let mut predecessors: Vec<Vec<usize>> = Vec::new();
    let mut queue = VecDeque::new();
    for world in model.init_states() {
        numbers.insert(world.clone(), predecessors.len());
        predecessors.push(Vec::new());
        queue.push_back(world);
    }
    let mut ends = Vec::new();
    let mut actions = Vec::new();
    while let Some(world) = queue.pop_front() {
        let number = numbers[&world];
        if is_over(&world) {
            ends.push(number);
        }
        model.actions(&world, &mut actions);
        for action in actions.drain(..) {
            let Some(next) = model.next_state(&world, action) else {
                continue;
            };
            let of_next = *numbers.entry(next.clone()).or_insert_with(|| {
                predecessors.push(Vec::new());
                queue.push_back(next);
                predecessors.len() - 1
            });
            predecessors[of_next].push(number);
        }
    }
    let mut reaches = vec![false; predecessors.len()];
    while let Some(number) = ends.pop() {
        if !std::mem::replace(&mut reaches[number], true) {
            ends.extend(&predecessors[number]);
        }
    }
    numbers
        .into_iter()
        .find(|(_, number)| !reaches[*number])
        .map(|(world, _)| world)
}
