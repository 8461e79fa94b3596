//! The sentence that repeats the filters, and the button that shows rows that wait.

use std::sync::Arc;

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
    list: Look<Arc<Row>>,
) -> impl IntoView {
    let growing = memo(move |_| list.status.with(Status::is_growing));
    let filtered = memo(move |_| shown.filters.read().is_filtering());
    // If nothing matches, the empty state has a button of its own.
    let clearable = memo(move |_| filtered.get() && shown.rows.count() > 0);
    let size = dynamic(move || {
        let (matching, all) = (len(shown.rows.count()), shown.all.get());
        let so_far = if growing.get() { " so far" } else { "" };
        if filtered.get() {
            format!("{} of {}{so_far}", number(matching), count(all, "project"))
        } else {
            format!("{}{so_far}", count(all, "project"))
        }
    });

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
            {shown.rows.button("new project", "button quiet fresh", Some(Icon::Again))}
        </p>
    }
}
