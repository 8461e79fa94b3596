//! A square glyph that shows the severity of a message.

use leptos::prelude::*;

use super::icon::Icon;

/// Returns the glyph.
#[must_use]
pub fn glyph(tone: &'static str, icon: Icon) -> impl IntoView {
    view! {
        <div class="glyph" data-tone=tone>
            {icon.view()}
        </div>
    }
}
