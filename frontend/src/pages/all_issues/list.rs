//! The table of issues.

use leptos::prelude::*;

use super::state::AllIssuesState;
use crate::{
    components::{
        project,
        table::{DrawRow, Key, Sorted, WindowedTable, row_range::RowRange},
    },
    data::{all_issues::found::Found, issues::order::By, sorting::SortBy as _},
    pages::issues::list::{cells, heads, place},
    reactive::{derive, dynamic, memo},
};

/// Number of placeholder rows while the first pages are being loaded.
pub(super) const WAITING: usize = 12;

/// The table, and the range of visible rows.
#[component]
pub fn IssueTable(
    /// The state of the page.
    state: AllIssuesState,
) -> impl IntoView {
    let panel = state.panel;
    let seen = RwSignal::new(0..0);
    state.follow_search(panel.order, panel.focus);
    let busy = memo(move |_| state.readings.is_growing());
    let count = memo(move |_| state.rows.count());
    let waiting = memo(move |_| {
        if busy.get() && count.get() == 0 {
            WAITING
        } else {
            0
        }
    });
    let sorted = derive(move || {
        let order = state.filters.read().issue.order;
        Some(Sorted {
            by: order.by.key(),
            ascending: order.ascending,
        })
    });
    let on_sort = move |by: &'static str| {
        if let Some(by) = By::parse(by) {
            state.choose(|filters| filters.issue.order = filters.issue.order.pressed(by));
        }
    };
    let on_key = move |(key, pressed): (Key, String)| {
        panel.on_key(key, &pressed, || {
            Some(state.rows.row(key)?.row.id.to_string())
        })
    };
    let draw = DrawRow::new(move |(key, tabindex)| {
        // The row stays when its issue is loaded again, and is redrawn only if the issue has
        // changed.
        let found = state.rows.steady_row(key);
        let row = move || {
            let found = found()?;
            let row = found.row.clone();
            let below = below(state, &found);
            Some(cells(panel, &row, below, tabindex))
        };
        row.into_any()
    });
    view! {
        <WindowedTable
            name="Issues"
            class="issue-table"
            heads=heads()
            order=panel.order
            busy
            complete=derive(move || !busy.get())
            waiting
            draw
            sorted
            on_sort
            selected=panel.selected
            focus=panel.focus
            on_key
            seen
            held=state.rows.held()
        />
        <RowRange seen count keys="Arrow keys move, Enter opens, / searches" />
    }
}

/// Returns what stands below the title: the place, and the project once its name is known.
fn below(state: AllIssuesState, found: &std::sync::Arc<Found>) -> AnyView {
    let where_found = found.row.place.as_deref().map(place);
    let found = std::sync::Arc::clone(found);
    let project = dynamic(move || {
        let row = state.projects.of(&found)?;
        Some(view! {
            <span class="issue-in" title=row.name().to_owned()>
                {project::name(row.parts())}
            </span>
        })
    });
    view! { <span class="issue-below">{where_found} {project}</span> }.into_any()
}
