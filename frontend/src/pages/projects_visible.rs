//! The visible rows of the list of projects.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::query;
use crate::data::{
    filters::Filters,
    lists::{Look, folded},
    number_format::len,
    row::Row,
};

/// Which rows are shown, as the address says.
#[derive(Clone, Copy, Debug)]
pub struct VisibleProjects {
    /// The filters and the order.
    pub filters: Memo<Filters>,
    /// Numbers of the rows that match, in order, and the reading that they are of.
    pub rows: Memo<Arc<(u32, Vec<usize>)>>,
    /// How many rows are here.
    pub all: Memo<u64>,
    /// How many of the rows that are here take part: those that come in while somebody is about to
    /// press a row wait.
    pub taken: RwSignal<usize>,
    /// Whether a pointer or the focus is on the rows.
    pub held: RwSignal<bool>,
    /// Whether the focus is on the button that lets in what waits: it is not taken from under it.
    pub asking: RwSignal<bool>,
    set: Callback<(Filters, bool)>,
}

impl VisibleProjects {
    /// Makes it of a list.
    pub fn new(list: Look<Row>) -> Self {
        let search = use_location().search;
        let filters = Memo::new(move |_| Filters::parse(&search.read()));
        let taken = RwSignal::new(usize::MAX);
        let held = RwSignal::new(false);
        let asking = RwSignal::new(false);

        let all = Memo::new(move |_| list.held.with(|held| len(held.rows.len())));

        let rows = Memo::new(move |_| {
            list.held.with(|held| {
                let taken = held.rows.get(..taken.get()).unwrap_or(&held.rows);
                let filters = filters.read();
                Arc::new((held.epoch, filters.apply(taken, folded)))
            })
        });

        // Growing data does not jump under the pointer, nor do rows that were read again.
        let let_in = move || {
            list.hold(false);
            taken.set(usize::MAX);
        };
        Effect::new(move |_| {
            if held.get() {
                list.hold(true);
                let here = list.held.with(|held| held.rows.len());
                // Something to look at comes first.
                if here > 0 && taken.get_untracked() == usize::MAX {
                    taken.set(here);
                }
            } else if !asking.get() {
                // In the next frame: the focus may be on its way from the rows to that button.
                request_animation_frame(move || {
                    let is_free = |held: RwSignal<bool>| held.try_get_untracked() == Some(false);
                    if is_free(held) && is_free(asking) {
                        let_in();
                    }
                });
            }
        });
        let write = query::write();
        let set = Callback::new(move |(filters, replace): (Filters, bool)| {
            taken.set(usize::MAX);
            write.run((filters.query(), replace));
        });
        Self {
            filters,
            rows,
            all,
            taken,
            held,
            asking,
            set,
        }
    }

    /// Changes filters or order, with an entry in the history.
    pub fn change(self, change: impl FnOnce(&mut Filters)) {
        let mut filters = self.filters.get_untracked();
        change(&mut filters);
        self.set.run((filters, false));
    }

    /// Changes the search, without an entry in the history of its own.
    pub fn search(self, text: String) {
        let mut filters = self.filters.get_untracked();
        filters.search = text;
        // Back leads to the page before, and not letter by letter.
        self.set.run((filters, true));
    }
}
