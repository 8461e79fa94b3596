//! The visible rows of the list of projects.

use std::sync::Arc;

use leptos::prelude::*;

use crate::{
    components::table::Key,
    data::{
        filters::Filters,
        lists::{Look, folded},
        number_format::len,
        row::Row,
    },
    reactive::{Signal, effect, memo},
    router::Page,
};

/// The visible rows, according to the address.
#[derive(Clone, Copy, Debug)]
pub struct VisibleProjects {
    /// The filters and the order.
    pub filters: Signal<Filters>,
    /// The indexes of the matching rows, in order, and the epoch of the list that they belong to.
    pub rows: Signal<Arc<(u32, Vec<usize>)>>,
    /// The number of loaded rows.
    pub all: Signal<u64>,
    /// The number of loaded rows that take part. Rows that arrive while somebody is about to press
    /// a row wait.
    pub taken: RwSignal<usize>,
    /// Whether a pointer or the focus is on the rows.
    pub held: RwSignal<bool>,
    /// Whether the focus is on the button that shows the waiting rows, which must not be removed
    /// under it.
    pub asking: RwSignal<bool>,
    /// The row that is to take the focus.
    pub focus: RwSignal<Option<Key>>,
    set: Callback<(Filters, bool)>,
}

impl VisibleProjects {
    /// Creates the visible rows of a list.
    pub fn new(list: Look<Row>) -> Self {
        let page = Page::get();
        let query = page.query();
        let filters = memo(move |_| Filters::parse(&query.read()));
        let taken = RwSignal::new(usize::MAX);
        let held = RwSignal::new(false);
        let asking = RwSignal::new(false);

        let all = memo(move |_| list.held.with(|held| len(held.rows.len())));

        let rows = memo(move |_| {
            list.held.with(|held| {
                let taken = held.rows.get(..taken.get()).unwrap_or(&held.rows);
                let filters = filters.read();
                Arc::new((held.epoch, filters.apply(taken, folded)))
            })
        });

        // Neither new rows nor a reload may move rows under the pointer.
        let let_in = move || {
            list.hold(false);
            taken.set(usize::MAX);
        };
        effect(move |_| {
            if held.get() {
                list.hold(true);
                let here = list.held.with(|held| held.rows.len());
                // The first rows do not wait.
                if here > 0 && taken.get_untracked() == usize::MAX {
                    taken.set(here);
                }
            } else if !asking.get() {
                // In the next frame, because the focus may be moving from the rows to that button.
                request_animation_frame(move || {
                    let is_free = |held: RwSignal<bool>| held.try_get_untracked() == Some(false);
                    if is_free(held) && is_free(asking) {
                        let_in();
                    }
                });
            }
        });
        let set = Callback::new(move |(filters, replace): (Filters, bool)| {
            taken.set(usize::MAX);
            page.set_query(&filters.query(), replace);
        });
        Self {
            filters,
            rows,
            all,
            taken,
            held,
            asking,
            focus: RwSignal::new(None),
            set,
        }
    }

    /// Returns the keys of the matching rows, in order; tracked.
    pub fn keys(self) -> Vec<Key> {
        let rows = self.rows.read();
        let (epoch, rows) = &**rows;
        let key = |row: &usize| Key::from(*epoch) << 32 | len(*row);
        rows.iter().map(key).collect()
    }

    /// Moves the focus to the first matching row, once a search that has just begun is shown.
    pub fn focus_first(self) {
        request_animation_frame(move || {
            request_animation_frame(move || {
                if self.rows.try_read_untracked().is_some() {
                    self.focus.set(untrack(|| self.keys()).first().copied());
                }
            });
        });
    }

    /// Changes filters or order, with an entry in the history.
    pub fn change(self, change: impl FnOnce(&mut Filters)) {
        let mut filters = self.filters.get_untracked();
        change(&mut filters);
        self.set.run((filters, false));
    }

    /// Changes the search, and replaces the entry of the history.
    pub fn search(self, text: String) {
        let mut filters = self.filters.get_untracked();
        filters.search = text;
        // Back leads to the previous page, and not through each letter.
        self.set.run((filters, true));
    }
}
