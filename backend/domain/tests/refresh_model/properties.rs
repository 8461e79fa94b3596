//! The invariants of every state.

use stateright::Property;

use crate::{
    model::Refreshes,
    world::{Node, Rotation, Status, World},
};

pub(crate) const ONE_PRESENTATION: &str =
    "a generation is presented once, unless a lease ran out or an answer was lost";
pub(crate) const PATIENT: &str =
    "a token that another node may have consumed is presented only when it must be";
pub(crate) const NEWER_STAYS: &str = "an older generation never replaces a newer one";
pub(crate) const NOT_REVOKED: &str = "nothing is revoked while the row is active";
pub(crate) const NOT_DROPPED: &str = "no valid pair is dropped by a node that lives";
pub(crate) const ONLY_IF_REJECTED: &str =
    "a connection is marked only when the provider rejected its token";
pub(crate) const NOT_LOST: &str =
    "a connection is lost only to a person, or after an unknown outcome";

/// Returns the invariants.
pub(crate) fn all() -> Vec<Property<Refreshes>> {
    vec![
        Property::always(ONE_PRESENTATION, |_, world: &World| {
            // An unknown outcome allows one more presentation, the replay.
            world.history.presented <= 1 + world.history.unknown
        }),
        Property::always(PATIENT, |_, world: &World| !world.history.has_hurried),
        Property::always(NEWER_STAYS, |_, world: &World| {
            !world.history.has_replaced_newer
        }),
        Property::always(NOT_REVOKED, |_, world: &World| {
            !world.history.has_revoked_active
        }),
        Property::always(NOT_DROPPED, |_, world: &World| {
            !world.history.has_dropped_pair
        }),
        Property::always(ONLY_IF_REJECTED, |_, world: &World| {
            world.row.status != Status::ReconnectNeeded || world.history.is_rejected
        }),
        Property::always(NOT_LOST, |model: &Refreshes, world: &World| {
            let is_lost = world.row.status == Status::ReconnectNeeded;
            !is_lost || is_explained(model, world)
        }),
    ]
}

/// Returns whether a connection may be lost: a person withdrew the grant, or, under strict rotation,
/// it was unknown whether a token was consumed.
fn is_explained(model: &Refreshes, world: &World) -> bool {
    let is_withdrawn = world.budget.withdrawals < model.budget.withdrawals;
    let is_unknown = world.history.unknown > 0 || world.history.has_been_unknown;
    is_withdrawn || model.rotation == Rotation::Strict && is_unknown
}

/// Returns whether nobody is at work any more.
pub(crate) fn is_over(world: &World) -> bool {
    world
        .nodes
        .iter()
        .all(|node| !matches!(node, Node::Running(_)))
}
