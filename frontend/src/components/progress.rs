//! The progress of a load.

use leptos::prelude::*;

use crate::{
    announcer::Announcer,
    components::show::Show,
    data::{axis::thousandths, coverage},
    reactive::{Signal, effect, memo},
};

/// A progress bar and its text: "3,100 of 4,012 projects". If the total is unknown, only the text
/// is shown. Progress is announced at the start, at each quarter and at the end.
#[component]
pub fn Progress(
    /// The name of the load: `Reading Meridian Payments`.
    #[prop(into)]
    label: Signal<String>,
    /// The name of one item: `project`.
    item: &'static str,
    /// The number of items that are loaded.
    #[prop(into)]
    done: Signal<u64>,
    /// The total number of items, if known.
    #[prop(into)]
    total: Signal<Option<u64>>,
) -> impl IntoView {
    let announcer = Announcer::get();
    let words = move || coverage::progress(done.get(), total.get(), item);
    let part = memo(move |_| {
        total
            .get()
            .map(|total| thousandths(done.get(), total.max(1)))
    });
    // Changes only when progress is announced, and never decreases.
    let quarter = memo(move |last: Option<&Option<u64>>| {
        let quarter = part.get().map(|part| part / 250);
        quarter.max(last.copied().flatten())
    });
    effect(move |_| {
        quarter.track();
        let said = untrack(|| format!("{}, {}", label.get(), words()));
        announcer.say(said);
    });
    let track = move || {
        view! {
            <div
                class="progress"
                role="progressbar"
                aria-label=move || label.get()
                aria-valuemin="0"
                aria-valuemax="1000"
                aria-valuenow=move || part.get().unwrap_or_default().to_string()
                aria-valuetext=move || words()
            >
                <div
                    class="progress-fill"
                    style:--v=move || format!("calc({} / 1000)", part.get().unwrap_or_default())
                ></div>
            </div>
        }
    };
    let known = memo(move |_| part.get().is_some());
    view! {
        <div class="progress-row">
            <Show when=move || known.get()>{track()}</Show>
            <span class="progress-words">{move || words()}</span>
        </div>
    }
}
