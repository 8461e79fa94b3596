//! A button that says what it does while it does it.

use leptos::prelude::*;

use super::icon::Icon;

/// The button. While it is busy it stays where it is, or the focus would be lost with it; its words
/// say so, and a press does nothing.
#[component]
pub fn BusyButton(
    /// What it says, and what while it is busy.
    words: [&'static str; 2],
    /// Whether it is busy.
    #[prop(into)]
    busy: Signal<bool>,
    /// What a press does.
    #[prop(into)]
    on_press: Callback<()>,
    /// Its class.
    class: &'static str,
    /// Before its words.
    #[prop(optional)]
    icon: Option<Icon>,
) -> impl IntoView {
    let press = move |_| {
        if !busy.get_untracked() {
            on_press.run(());
        }
    };
    let [rest, while_busy] = words;
    view! {
        <button
            type="button"
            class=class
            aria-disabled=move || busy.get().then_some("true")
            on:click=press
        >
            {icon.map(Icon::view)}
            <span>{move || if busy.get() { while_busy } else { rest }}</span>
        </button>
    }
}
