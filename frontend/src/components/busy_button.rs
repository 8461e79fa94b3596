//! A button whose label says what it is doing.

use leptos::prelude::*;

use super::icon::Icon;
use crate::reactive::Signal;

/// The button. While busy it stays enabled, because a disabled button loses the focus; its label
/// changes, and a press has no effect.
#[component]
pub fn BusyButton(
    /// The label, and the label while busy.
    words: [&'static str; 2],
    /// Whether the button is busy.
    #[prop(into)]
    busy: Signal<bool>,
    /// Called when the button is pressed.
    #[prop(into)]
    on_press: Callback<()>,
    /// The class.
    class: &'static str,
    /// An icon before the label.
    #[prop(default = None, into)]
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
