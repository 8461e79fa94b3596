//! Filters that can be pressed. What is on shows by an edge, a ground and bold words: three signs,
//! not colour alone.

use leptos::prelude::*;

use super::{icon::Icon, severity::shape};
use crate::{
    data::{number_format::number, severity::Level},
    platform::menu,
};

/// Toggles for severities.
#[component]
pub fn SeverityToggles(
    /// Which severities there are to choose from.
    levels: &'static [Level],
    /// Those that are on.
    #[prop(into)]
    on: Signal<Vec<Level>>,
    /// A number beside each, if there is one.
    #[prop(optional, into)]
    count: Option<Callback<Level, u64>>,
    /// Is told which was pressed.
    #[prop(into)]
    on_toggle: Callback<Level>,
) -> impl IntoView {
    let toggles = levels
        .iter()
        .map(|level| {
            let level = *level;
            let pressed = move || on.with(|on| on.contains(&level)).to_string();
            let figure = count
                .map(|count| view! { <span class="toggle-figure">{move || number(count.run(level))}</span> });
            view! {
                <button
                    type="button"
                    class="toggle"
                    aria-pressed=pressed
                    title=level.label()
                    on:click=move |_| on_toggle.run(level)
                >
                    {shape(level)}
                    <span class="hidden">{level.label()}</span>
                    {figure}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="toggles" role="group" aria-label="Severity">
            {toggles}
        </div>
    }
}

/// A filter that is on or off.
#[component]
pub fn ToggleChip(
    /// Its words.
    words: &'static str,
    /// Whether it is on.
    #[prop(into)]
    on: Signal<bool>,
    /// Is told of a press.
    #[prop(into)]
    on_toggle: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="chip"
            aria-pressed=move || on.get().to_string()
            data-state=move || on.get().then_some("on")
            on:click=move |_| on_toggle.run(())
        >
            {words}
        </button>
    }
}

/// A value that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// As it is written in the address.
    pub value: String,
    /// As people call it.
    pub called: String,
    /// How many rows have it.
    pub count: u64,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// A button that says what is chosen, and opens the list to choose from.
#[component]
pub fn ChoiceChip(
    /// Names the list in the document.
    id: &'static str,
    /// What is chosen: `Origin`.
    label: &'static str,
    /// What there is to choose from.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// Is told which value was pressed.
    #[prop(into)]
    on_toggle: Callback<String>,
) -> impl IntoView {
    let chosen = Memo::new(move |_| {
        let choices = choices.read();
        let called = choices.iter().filter(|one| one.chosen);
        called
            .map(|one| one.called.clone())
            .collect::<Vec<_>>()
            .join(", ")
    });
    let is_on = move || chosen.with(|chosen| !chosen.is_empty());
    // By value alone, so that a box stays itself, and keeps the focus, when figures change.
    let values = Memo::new(move |_| {
        let choices = choices.read();
        choices
            .iter()
            .map(|one| one.value.clone())
            .collect::<Vec<_>>()
    });
    let of = move |value: &str| {
        let choices = choices.read();
        choices.iter().find(|one| one.value == value).cloned()
    };
    let option = move |value: String| {
        let key = StoredValue::new(value);
        let one = Memo::new(move |_| key.with_value(|value| of(value)));
        let field = move |get: fn(&Choice) -> String| one.with(|one| one.as_ref().map(get));
        view! {
            <li>
                <label class="choice">
                    <input
                        type="checkbox"
                        prop:checked=move || one.with(|one| one.as_ref().is_some_and(|one| one.chosen))
                        on:change=move |_| on_toggle.run(key.get_value())
                    />
                    <bdi>{move || field(|one| one.called.clone())}</bdi>
                    <span class="choice-count">{move || field(|one| number(one.count))}</span>
                </label>
            </li>
        }
    };
    let has_none = move || values.with(Vec::is_empty);
    view! {
        <div class="chip-place">
            <button
                type="button"
                class="chip"
                popovertarget=id
                data-state=move || is_on().then_some("on")
                on:keydown=move |event| menu::on_key(&event, id)
            >
                <span>
                    {move || if is_on() { format!("{label}: ") } else { label.to_owned() }}
                    <strong>
                        <bdi>{move || chosen.get()}</bdi>
                    </strong>
                </span>
                {Icon::Down.view()}
            </button>
            <div
                id=id
                class="menu choices"
                popover="auto"
                role="group"
                aria-label=label
                on:keydown=move |event| menu::on_key(&event, id)
            >
                <ul>
                    <For each=move || values.get() key=Clone::clone children=option />
                </ul>
                <Show when=has_none>
                    <p class="menu-note">"Nothing to choose from yet"</p>
                </Show>
            </div>
        </div>
    }
}
