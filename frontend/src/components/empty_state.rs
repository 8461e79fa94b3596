//! The empty state: what is missing, why, and one action.

use leptos::prelude::*;

use crate::reactive::Signal;

/// The empty state. Its children are the action.
#[component]
pub fn EmptyState(
    /// The summary: what is missing.
    #[prop(into)]
    title: Signal<String>,
    /// The explanation, or the advice.
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
