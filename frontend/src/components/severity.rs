//! Severities as shapes with a letter, which can be distinguished without colour, and a bar of
//! them.

use leptos::prelude::*;

use crate::components::show::Show;
use crate::data::{
    axis::thousandths,
    number_format::number,
    severity::{Counts, Level},
};
use crate::reactive::{Signal, memo};

/// Returns the outline and the letter on a grid of 20. The letter is drawn, so that it looks the
/// same everywhere.
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

/// Returns the shape alone. A word always accompanies it, visible or for screen readers.
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

/// Returns the shape and the word.
#[must_use]
pub fn badge(level: Level) -> impl IntoView + use<> {
    view! {
        <span class="badge">
            {shape(level)} <span>{level.label()}</span>
        </span>
    }
}

/// Returns the shape, with the word only for screen readers: for column headers.
#[must_use]
pub fn head(level: Level) -> impl IntoView + use<> {
    view! {
        <span class="badge">
            {shape(level)} <span class="hidden">{level.label()}</span>
        </span>
    }
}

/// Returns the count of a severity: highlighted for critical and high, muted for zero.
#[must_use]
pub fn count(level: Level, how_many: u32) -> impl IntoView + use<> {
    view! {
        <span class="count" data-level=level.name() data-zero=(how_many == 0).then_some("true")>
            {number(u64::from(how_many))}
        </span>
    }
}

/// Returns the words after a count, for readers: ` Critical issues`.
#[must_use]
pub fn issue_words(level: Level, how_many: u32) -> String {
    let plural = if how_many == 1 { "" } else { "s" };
    format!(" {} issue{plural}", level.label())
}

/// A bar with a segment for each severity, on the scale of `whole`. It repeats the figures beside
/// it.
#[component]
pub fn SeverityBar(
    /// The counts.
    #[prop(into)]
    counts: Signal<Counts>,
    /// The number of issues that fills the whole bar; rows that are compared share it.
    #[prop(into)]
    whole: Signal<u64>,
) -> impl IntoView {
    let segments = Level::COUNTED.map(|level| {
        let part = move || {
            let part = thousandths(u64::from(counts.get().of(level)), whole.get());
            format!("calc({part} / 1000)")
        };
        let some = memo(move |_| counts.get().of(level) > 0);
        view! {
            <Show when=move || some.get()>
                <span class="severity-segment" data-level=level.name() style:--v=move || part()></span>
            </Show>
        }
    });
    view! {
        <div class="severity-bar" aria-hidden="true">
            {segments}
        </div>
    }
}
