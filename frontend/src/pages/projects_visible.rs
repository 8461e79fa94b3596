//! The visible rows of the list of projects.

use std::sync::Arc;

use leptos::prelude::*;

use crate::{
    components::table::{Key, stable_rows::StableRows},
    data::{
        filters::Filters,
        lists::{Look, folded},
        number_format::len,
        row::Row,
        visible_rows::VisibleRows,
    },
    reactive::{Signal, memo},
    router::Page,
};

/// The visible rows, according to the address.
#[derive(Clone, Copy, Debug)]
pub struct VisibleProjects {
    /// The filters and the order.
    pub filters: Signal<Filters>,
    /// The matching rows.
    pub rows: StableRows<Row>,
    /// The number of loaded rows.
    pub all: Signal<u64>,
    /// The row that is to take the focus.
    pub focus: RwSignal<Option<Key>>,
    page: Page,
}

impl VisibleProjects {
    /// Creates the visible rows of a list.
    pub fn new(list: Look<Arc<Row>>) -> Self {
        let page = Page::get();
        let query = page.query();
        let filters = memo(move |_| Filters::parse(&query.read()));
        let rows = StableRows::new(move |mut keys| {
            let filters = filters.read();
            list.held.with(|held| {
                let key = |at: usize| keys.take(&held.rows[at].id, &held.rows[at]);
                let order = filters
                    .apply(&held.rows, folded)
                    .into_iter()
                    .map(key)
                    .collect();
                // Another load is told: what is counted in a row may have changed.
                VisibleRows::of(order, filters.query()).of_load(held.epoch)
            })
        });
        Self {
            filters,
            rows,
            all: memo(move |_| list.held.with(|held| len(held.rows.len()))),
            focus: RwSignal::new(None),
            page,
        }
    }

    /// Moves the focus to the first matching row, once a search that has just begun is shown.
    pub fn focus_first(self) {
        request_animation_frame(move || {
            request_animation_frame(move || {
                if self.filters.try_read_untracked().is_some() {
                    self.focus.set(
                        self.rows
                            .order()
                            .with_untracked(|rows| rows.first().copied()),
                    );
                }
            });
        });
    }

    /// Changes filters or order, with an entry in the history.
    pub fn change(self, change: impl FnOnce(&mut Filters)) {
        let mut filters = self.filters.get_untracked();
        change(&mut filters);
        self.page.set_query(&filters.query(), false);
    }

    /// Changes the search, and replaces the entry of the history.
    pub fn search(self, text: String) {
        let mut filters = self.filters.get_untracked();
        filters.search = text;
        // Back leads to the previous page, and not through each letter.
        self.page.set_query(&filters.query(), true);
    }
}
