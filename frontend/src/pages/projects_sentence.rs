//! The sentence that repeats the filters, and the button that shows rows that wait.

use leptos::prelude::*;

use super::projects_visible::VisibleProjects;
use crate::{
    components::{icon::Icon, show::Show},
    data::{
        lists::{Look, Status},
        number_format::{count, len, number},
        row::Row,
    },
    reactive::{dynamic, memo},
};

/// The number of matching projects, and the filters.
#[component]
pub fn Sentence(
    /// The visible projects.
    shown: VisibleProjects,
    /// The projects.
    list: Look<Row>,
) -> impl IntoView {
    let growing = memo(move |_| list.status.with(Status::is_growing));
    let filtered = memo(move |_| shown.filters.read().is_filtering());
    // If nothing matches, the empty state has a button of its own.
    let clearable = memo(move |_| filtered.get() && !shown.rows.read().1.is_empty());
    let size = dynamic(move || {
        let (matching, all) = (len(shown.rows.read().1.len()), shown.all.get());
        let so_far = if growing.get() { " so far" } else { "" };
        if filtered.get() {
            format!("{} of {}{so_far}", number(matching), count(all, "project"))
        } else {
            format!("{}{so_far}", count(all, "project"))
        }
    });

    let fresh = move || {
        let here = list.held.with(|held| held.rows.len());
        here.saturating_sub(shown.taken.get())
    };
    let has_fresh = memo(move |_| list.waits.get() || fresh() > 0);
    let fresh_words = move || match (list.waits.get(), fresh()) {
        (true, _) => "Updated. Show changes".to_owned(),
        (false, 0) => "Shown".to_owned(),
        (false, fresh) => format!("{}. Show", count(len(fresh), "new project")),
    };
    let show_fresh = move |_| {
        shown.taken.set(usize::MAX);
        list.take();
    };
    view! {
        <p class="sentence">
            <strong>{size}</strong>
            <Show when=move || filtered.get()>
                <span class="second">
                    <bdi>{move || shown.filters.read().words()}</bdi>
                </span>
            </Show>
            <Show when=move || clearable.get()>
                <button
                    type="button"
                    class="button quiet"
                    on:click=move |_| shown.change(|filters| *filters = filters.cleared())
                >
                    "Clear filters"
                </button>
            </Show>
            // The button stays for as long as it has the focus, which would otherwise be lost.
            <Show when=move || has_fresh.get() || shown.asking.get()>
                <button
                    type="button"
                    class="button quiet fresh"
                    on:focus=move |_| shown.asking.set(true)
                    on:blur=move |_| shown.asking.set(false)
                    on:click=show_fresh
                >
                    {Icon::Again.view()}
                    {move || fresh_words()}
                </button>
            </Show>
        </p>
    }
}
