//! A value that exists, but that this page does not have.

use leptos::prelude::*;

/// A sealed value: hatched, with what is known of it in words.
#[component]
pub fn Sealed(
    /// What is known of the value: "on the server only".
    words: String,
) -> impl IntoView {
    view! {
        <span class="sealed">
            <span class="hidden">"sealed: "</span>
            {words}
        </span>
    }
}
