//! A search field.

use std::time::Duration;

use leptos::{ev, html, leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::icon::Icon;
use crate::components::show::Show;
use crate::platform::{events::while_mounted, focus};
use crate::reactive::{Signal, effect, memo};

/// Delay between the last key and the search.
const PAUSE: Duration = Duration::from_millis(150);

/// The field. It searches a moment after the last key. Esc clears it, and "/" focuses it from
/// anywhere else on the page. The down arrow and Enter search at once and lead to the results.
#[component]
pub fn SearchField(
    /// The label: `Search projects`.
    label: &'static str,
    /// A hint at what can be searched for.
    hint: &'static str,
    /// The search text of the address.
    #[prop(into)]
    value: Signal<String>,
    /// Called with the search text.
    #[prop(into)]
    on_search: Callback<String>,
    /// Called to move the focus to the first result.
    #[prop(into)]
    on_leave: Callback<()>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let typed = RwSignal::new(value.get_untracked());
    let is_filled = memo(move |_| !typed.read().is_empty());
    let pending = StoredValue::new(None::<TimeoutHandle>);
    let forget = move || {
        if let Some(Some(handle)) = pending.try_update_value(Option::take) {
            handle.clear();
        }
    };
    on_cleanup(forget);
    // The address was changed by something else: Back, or a cleared filter.
    let sent = StoredValue::new(value.get_untracked());
    effect(move |_| {
        let value = value.get();
        if sent.get_value() != value {
            sent.set_value(value.clone());
            forget();
            typed.set(value);
        }
    });
    let search = move |text: String| {
        forget();
        sent.set_value(text.trim().to_owned());
        on_search.run(text.trim().to_owned());
    };
    let clear = move || {
        typed.set(String::new());
        search(String::new());
    };
    let on_input = move |event| {
        let text = event_target_value(&event);
        typed.set(text.clone());
        forget();
        let handle = set_timeout_with_handle(move || search(text), PAUSE);
        pending.set_value(handle.ok());
    };
    let leave = move || {
        let text = typed.get_untracked();
        if sent.with_value(|sent| sent != text.trim()) {
            search(text);
        }
        on_leave.run(());
    };
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Escape" if is_filled.get_untracked() => {
            event.prevent_default();
            clear();
        }
        // Enter may also end the composition of a letter.
        "ArrowDown" | "Enter" if !event.is_composing() => {
            event.prevent_default();
            leave();
        }
        _ => {}
    };
    let slash = window_event_listener(ev::keydown, move |event| {
        let is_plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        if event.key() == "/" && is_plain && !focus::is_typing(event.target()) {
            event.prevent_default();
            if let Some(Some(input)) = input.try_get_untracked() {
                // Also scrolls to the field. It fails only for elements that cannot take the focus.
                let _ = input.focus();
            }
        }
    });
    on_cleanup(move || slash.remove());
    view! {
        <div class="search">
            {Icon::Magnifier.view()}
            <input
                type="search"
                node_ref=input
                aria-label=label
                aria-keyshortcuts="/"
                placeholder=hint
                autocomplete="off"
                spellcheck="false"
                prop:value=move || typed.get()
                on:input=while_mounted(on_input)
                on:keydown=while_mounted(on_key)
            />
            <Show
                when=move || is_filled.get()
                fallback=|| view! { <kbd aria-hidden="true">"/"</kbd> }
            >
                <button
                    type="button"
                    class="search-clear"
                    on:click=move |_| {
                        clear();
                        if let Some(input) = input.get_untracked() {
                            let _ = input.focus();
                        }
                    }
                >
                    "Clear"
                </button>
            </Show>
        </div>
    }
}
