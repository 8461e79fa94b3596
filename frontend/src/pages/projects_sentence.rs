//! The sentence that repeats the filters, and the button that shows rows that wait.

use std::sync::Arc;

use leptos::prelude::*;

use super::projects_visible::VisibleProjects;
use crate::{
    components::{icon::Icon, show::Show},
    data::{coverage::Coverage, lists::Look, number_format::len, row::Row},
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
    let coverage = memo(move |_| list.status.with(Coverage::of));
    let filtered = memo(move |_| shown.filters.read().is_filtering());
    // If nothing matches, the empty state has a button of its own.
    let clearable = memo(move |_| filtered.get() && shown.rows.count() > 0);
    let size = dynamic(move || {
        let matching = filtered.get().then(|| len(shown.rows.count()));
        coverage.get().shown(matching, shown.all.get(), "project")
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
