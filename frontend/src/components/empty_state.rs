//! The empty state: what is missing, why, and one action.

use leptos::prelude::*;

/// A square surface that says so. Its children are the action.
#[component]
pub fn EmptyState(
    /// What is not here.
    #[prop(into)]
    title: Signal<String>,
    /// Why, or what to do.
    #[prop(into)]
    text: Signal<String>,
    /// The action.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>
                <bdi>{move || title.get()}</bdi>
            </h2>
            <p class="second">
                <bdi>{move || text.get()}</bdi>
            </p>
            {children()}
        </div>
    }
}
