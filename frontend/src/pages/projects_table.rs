//! The table of an organization's projects.

use std::sync::Arc;

use leptos::prelude::*;
use shared::route::Route;

use super::projects_visible::VisibleProjects;
use crate::{
    components::{
        empty_state::EmptyState,
        project::{count_cells, count_heads, name_cell, updated_cell, word_cell, word_head},
        show::Show,
        table::{DrawRow, Head, Sorted, WindowedTable, row_range::RowRange},
        timestamp::minutes,
    },
    data::{facet::Facet, lists::Look, order::By, row::Row, sorting::SortBy as _},
    reactive::{derive, memo},
};

/// Number of placeholder rows before the first rows are loaded, and afterwards.
const WAITING: [usize; 2] = [8, 3];

/// The table, and the range of visible rows.
#[component]
pub fn ProjectTable(
    /// The connection's id.
    connection: String,
    /// The organization's id.
    org: String,
    /// The projects of the organization.
    list: Look<Arc<Row>>,
    /// The visible projects.
    shown: VisibleProjects,
) -> impl IntoView {
    let now = minutes();
    let seen = RwSignal::new(0..0);
    // A complete list stays complete while it is loaded again.
    let growing = memo(move |_| {
        list.status
            .with(|status| status.is_reading() && status.whole_at.is_none())
    });
    let complete = memo(move |_| list.status.with(|status| status.whole_at.is_some()));
    let order = shown.rows.order();
    let matching = memo(move |_| shown.rows.count());
    let waiting = derive(move || match (growing.get(), shown.all.get()) {
        (false, _) => 0,
        (true, 0) => WAITING[0],
        (true, _) => WAITING[1],
    });
    let draw = DrawRow::new(move |(key, tabindex)| {
        let row = shown.rows.steady_row(key);
        let (connection, org) = (connection.clone(), org.clone());
        let cells = move || {
            let row = row()?;
            let href = Route::issues(&connection, &org, &row.id).to_string();
            // The same words as in the filters.
            let (kind, origin) = (
                Facet::Type.called(&row.kind),
                Facet::Origin.called(&row.origin),
            );
            let below = format!("{kind}, {origin}");
            let counts = count_cells(&row, &href);
            Some(view! {
                {name_cell(&row, href, tabindex, below)}
                {word_cell("quiet-column type-column", kind)}
                {word_cell("quiet-column origin-column", origin)}
                {counts}
                {updated_cell(&row, now)}
            })
        };
        cells.into_any()
    });
    let sorted = derive(move || {
        let order = shown.filters.read().order;
        Some(Sorted {
            by: order.by.key(),
            ascending: order.ascending,
        })
    });
    let on_sort = move |key: &'static str| {
        if let Some(by) = By::parse(key) {
            shown.change(|filters| filters.order = filters.order.pressed(by));
        }
    };
    let nothing = memo(move |_| matching.get() == 0 && shown.all.get() > 0 && !growing.get());
    view! {
        <Show
            when=move || !nothing.get()
            fallback=move || view! { <NothingMatches shown /> }
        >
            <WindowedTable
                name="Projects"
                class="projects"
                heads=heads()
                order
                busy=growing
                complete
                waiting
                draw
                sorted
                on_sort
                focus=shown.focus
                seen
                held=shown.rows.held()
            />
            <RowRange seen count=matching keys="Arrow keys move, Enter opens, / searches" />
        </Show>
    }
}

fn heads() -> Vec<Head> {
    let mut heads = vec![
        word_head("Project", "project-cell", Some(By::Name.key())),
        word_head("Type", "type-column", Some(By::Facet(Facet::Type).key())),
        word_head(
            "Origin",
            "origin-column",
            Some(By::Facet(Facet::Origin).key()),
        ),
    ];
    heads.extend(count_heads(true));
    heads.push(word_head(
        "Updated",
        "figure-column updated-column",
        Some(By::Updated.key()),
    ));
    heads
}

/// The text if no row matches: the filters, and the button that clears them.
#[component]
fn NothingMatches(
    /// The visible projects.
    shown: VisibleProjects,
) -> impl IntoView {
    let words = memo(move |_| shown.filters.read().nothing_matches(shown.all.get()));
    view! {
        <EmptyState
            title=derive(move || words.get().0)
            text=derive(move || words.get().1)
        >
            <button
                type="button"
                class="button"
                on:click=move |_| shown.change(|filters| *filters = filters.cleared())
            >
                "Clear filters"
            </button>
        </EmptyState>
    }
}
