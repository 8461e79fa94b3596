//! The icon of the way to fix an issue.

use leptos::prelude::*;

use crate::{components::icon::Icon, data::issues::remediation::Remediation};

/// Up to a newer state, or a person's own work.
pub(super) fn remediation_icon(way: Remediation) -> Option<impl IntoView + use<>> {
    let icon = if way == Remediation::ByHand {
        Icon::Pencil
    } else {
        Icon::Up
    };
    way.is_known().then(|| icon.view())
}
