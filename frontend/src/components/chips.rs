//! Filters that are pressed. A border, a background and bold text mark one that is on: not only the
//! colour.

use leptos::prelude::*;

use super::{icon::Icon, severity::shape};
use crate::{
    components::{keyed::For, show::Show},
    data::{number_format::number, severity::Level},
    platform::menu,
    reactive::{Signal, memo},
};

/// Toggles for severities.
#[component]
pub fn SeverityToggles(
    /// The severities to select from.
    levels: &'static [Level],
    /// The selected severities.
    #[prop(into)]
    on: Signal<Vec<Level>>,
    /// The number beside each severity, as far as it is known.
    #[prop(optional, into)]
    count: Option<Callback<Level, Option<u64>>>,
    /// Called with the severity that was pressed.
    #[prop(into)]
    on_toggle: Callback<Level>,
) -> impl IntoView {
    let toggles = levels
        .iter()
        .map(|level| {
            let level = *level;
            let pressed = move || on.with(|on| on.contains(&level)).to_string();
            let figure = count
                .map(|count| view! { <span class="toggle-figure">{move || count.run(level).map(number)}</span> });
            view! {
                <button
                    type="button"
                    class="toggle"
                    aria-pressed=move || pressed()
                    title=level.label()
                    on:click=move |_| on_toggle.run(level)
                >
                    {shape(level)}
                    <span class="toggle-word">{level.label()}</span>
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
    /// The label.
    words: &'static str,
    /// Whether the filter is on.
    #[prop(into)]
    on: Signal<bool>,
    /// Called when the filter is pressed.
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

/// A value that can be selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The value in the address.
    pub value: String,
    /// The displayed name.
    pub called: String,
    /// The number of rows that have the value, if it is known.
    pub count: Option<u64>,
    /// Whether the value is selected.
    pub chosen: bool,
}

/// Returns the choices: values that occur, with their counts, and selected ones that do not.
pub fn choices(
    mut occurring: Vec<(String, u64)>,
    chosen: &[String],
    called: impl Fn(&str) -> String,
) -> Vec<Choice> {
    for value in chosen {
        if !occurring.iter().any(|(known, _)| known == value) {
            occurring.push((value.clone(), 0));
        }
    }
    let choice = |(value, count): (String, u64)| Choice {
        called: called(&value),
        chosen: chosen.contains(&value),
        value,
        count: Some(count),
    };
    occurring.into_iter().map(choice).collect()
}

/// A button that shows the selected values, and opens the list of choices.
#[component]
pub fn ChoiceChip(
    /// The id of the list in the document.
    id: &'static str,
    /// The name of the property: `Origin`.
    label: &'static str,
    /// The choices.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// Called with the value that was pressed.
    #[prop(into)]
    on_toggle: Callback<String>,
    /// Whether exactly one value is selected.
    #[prop(optional)]
    is_single: bool,
) -> impl IntoView {
    let input = if is_single { "radio" } else { "checkbox" };
    let chosen = memo(move |_| {
        let choices = choices.read();
        let called = choices.iter().filter(|one| one.chosen);
        called
            .map(|one| one.called.clone())
            .collect::<Vec<_>>()
            .join(", ")
    });
    let is_on = move || chosen.with(|chosen| !chosen.is_empty());
    // Keyed by value alone, so that a checkbox stays the same element, and keeps the focus, when
    // counts change.
    let values = memo(move |_| {
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
        let one = memo(move |_| key.with_value(|value| of(value)));
        let field = move |get: fn(&Choice) -> String| one.with(|one| one.as_ref().map(get));
        view! {
            <li>
                <label class="choice">
                    <input
                        type=input
                        name=id
                        prop:checked=move || one.with(|one| one.as_ref().is_some_and(|one| one.chosen))
                        on:change=move |_| on_toggle.run(key.get_value())
                    />
                    <bdi>{move || field(|one| one.called.clone())}</bdi>
                    <span class="choice-count">{move || one.with(|one| one.as_ref()?.count.map(number))}</span>
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
                    <For each=move || values.get() key=String::clone children=option />
                </ul>
                <Show when=has_none>
                    <p class="menu-note">"Nothing to filter by yet"</p>
                </Show>
            </div>
        </div>
    }
}
