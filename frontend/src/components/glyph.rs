//! A square glyph that shows how serious something is.

use leptos::prelude::*;

use super::icon::Icon;

/// A square glyph that shows how serious something is.
#[must_use]
pub fn glyph(tone: &'static str, icon: Icon) -> impl IntoView {
    view! {
        <div class="glyph" data-tone=tone>
            {icon.view()}
        </div>
    }
}
