//! The dash in place of an unknown value.

use leptos::prelude::*;

use crate::data::unknown;

/// Returns the dash. An unknown number or word is not the same as none.
#[must_use]
pub fn dash() -> impl IntoView + use<> {
    view! {
        <span class="second" title=unknown::LABEL>
            <span aria-hidden="true">"–"</span>
            <span class="hidden">{unknown::LABEL}</span>
        </span>
    }
}
