//! The mark of a value that this page does not have.

use leptos::prelude::*;

/// Words in the place of a value that stays sealed, which the mark tells the eye. The same mark is on the
/// welcome.
#[component]
pub fn Sealed(
    /// What is known of the value.
    #[prop(into)]
    words: String,
) -> impl IntoView {
    view! {
        <span class="sealed">
            <span class="hidden">"sealed: "</span>
            {words}
        </span>
    }
}
