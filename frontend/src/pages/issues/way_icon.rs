//! The icon of the way to fix an issue.

use leptos::prelude::*;

use crate::{components::icon::Icon, data::issues::way::Way};

/// Up to a newer state, or a person's own work.
pub(super) fn way_icon(way: Way) -> Option<impl IntoView + use<>> {
    let icon = if way == Way::ByHand {
        Icon::Pencil
    } else {
        Icon::Up
    };
    way.is_known().then(|| icon.view())
}
