//! A severity as a shape with a letter, so that it can be told without colour; and a strip of them.

use leptos::prelude::*;

use crate::data::{
    axis::thousandths,
    number_format::number,
    severity::{Counts, Level},
};

/// Outline and letter on a grid of 20. The letter is drawn, so that it is the same everywhere.
const fn drawing(level: Level) -> (&'static str, &'static str) {
    const CIRCLE: &str = "M1.250 10a8.750 8.750 0 1 0 17.500 0a8.750 8.750 0 1 0-17.500 0z";
    match level {
        Level::Critical => (
            "M6.300 1h7.400L19 6.300v7.400L13.700 19H6.300L1 13.700V6.300z",
            "M12.900 7.300a3.900 3.900 0 1 0 0 5.400",
        ),
        Level::High => (
            "M10 1L19 8v11H1V8z",
            "M7.200 8v7M12.800 8v7M7.200 11.500h5.600",
        ),
        Level::Medium => (
            "M1.750 1.750h16.500v16.500H1.750z",
            "M6.200 13.800V6.400L10 11.500L13.800 6.400v7.400",
        ),
        Level::Low => (CIRCLE, "M8 6.200v7.400h4.600"),
        Level::Info => (
            CIRCLE,
            "M10 6.200v7.600M8.300 6.200h3.400M8.300 13.800h3.400",
        ),
    }
}

/// The shape alone. A word always stands beside it, for the eye or for readers.
#[must_use]
pub fn shape(level: Level) -> impl IntoView + use<> {
    let (outline, letter) = drawing(level);
    view! {
        <svg class="severity" data-level=level.name() viewBox="0 0 20 20" aria-hidden="true">
            <path class="severity-shape" d=outline />
            <path class="severity-letter" d=letter />
        </svg>
    }
}

/// Shape and word.
#[must_use]
pub fn badge(level: Level) -> impl IntoView + use<> {
    view! {
        <span class="badge">
            {shape(level)} <span>{level.label()}</span>
        </span>
    }
}

/// Shape, with the word for readers only: for the heads of columns.
#[must_use]
pub fn head(level: Level) -> impl IntoView + use<> {
    view! {
        <span class="badge">
            {shape(level)} <span class="hidden">{level.label()}</span>
        </span>
    }
}

/// How many of a severity: washed for critical and high, quiet for none.
#[must_use]
pub fn count(level: Level, how_many: u32) -> impl IntoView + use<> {
    view! {
        <span class="count" data-level=level.name() data-zero=(how_many == 0).then_some("true")>
            {number(u64::from(how_many))}
        </span>
    }
}

/// A strip with a segment for each severity, on the scale of `whole`. It repeats what stands beside
/// it in figures.
#[component]
pub fn SeverityBar(
    /// What is shown.
    #[prop(into)]
    counts: Signal<Counts>,
    /// How many issues fill the whole strip; rows that are compared share it.
    #[prop(into)]
    whole: Signal<u64>,
) -> impl IntoView {
    let segments = Level::COUNTED.map(|level| {
        let part = move || {
            let part = thousandths(u64::from(counts.get().of(level)), whole.get());
            format!("calc({part} / 1000)")
        };
        let some = Memo::new(move |_| counts.get().of(level) > 0);
        view! {
            <Show when=move || some.get()>
                <span class="severity-segment" data-level=level.name() style:--v=part></span>
            </Show>
        }
    });
    view! {
        <div class="severity-bar" aria-hidden="true">
            {segments}
        </div>
    }
}
