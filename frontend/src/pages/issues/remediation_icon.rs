//! The icon of a remediation.

use leptos::prelude::*;

use crate::{components::icon::Icon, data::issues::remediation::Remediation};

/// Returns an arrow for an upgrade or another automatic fix, a pencil for a manual one, or `None`.
pub(in crate::pages) fn remediation_icon(way: Remediation) -> Option<impl IntoView + use<>> {
    let icon = if way == Remediation::ByHand {
        Icon::Pencil
    } else {
        Icon::Up
    };
    way.is_known().then(|| icon.view())
}
