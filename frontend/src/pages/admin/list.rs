//! A list that is loaded a page at a time.

use std::{fmt, future::Future, pin::Pin, rc::Rc, sync::Arc};

use leptos::prelude::*;

use super::state::Administration;
use crate::{
    admin::pages::{Part, Rows},
    announcer::Announcer,
    api::Failure,
    components::table::Key,
    data::number_format::{count, len},
    reactive::{Signal, derive, memo},
};

/// Loads the page that begins at a cursor.
type Load<T> =
    Rc<dyn Fn(Option<String>) -> Pin<Box<dyn Future<Output = Result<Part<T>, Failure>>>>>;

/// The rows of a list that have been loaded.
pub struct List<T: 'static> {
    admin: Administration,
    announcer: Announcer,
    /// The name of one row, if what has come is announced.
    item: Option<&'static str>,
    rows: RwSignal<Option<Rows<T>>>,
    /// Whether the rows are those of an earlier search or filter, until the first page has come.
    is_outdated: StoredValue<bool>,
    failed: RwSignal<Option<Failure>>,
    is_loading: RwSignal<bool>,
    /// A row to focus.
    pub focus: RwSignal<Option<Key>>,
    /// The number of the latest request. The answer to an earlier one is not shown.
    turn: StoredValue<u64>,
    load: StoredValue<Load<T>, LocalStorage>,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<T> {}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").finish_non_exhaustive()
    }
}

impl<T: Clone + PartialEq + Send + Sync + 'static> List<T> {
    /// Creates a list without rows.
    pub fn new<F>(
        admin: Administration,
        item: Option<&'static str>,
        load: impl Fn(Option<String>) -> F + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Part<T>, Failure>> + 'static,
    {
        let load: Load<T> = Rc::new(move |cursor| Box::pin(load(cursor)));
        Self {
            admin,
            announcer: Announcer::get(),
            item,
            rows: RwSignal::new(None),
            is_outdated: StoredValue::new(true),
            failed: RwSignal::new(None),
            is_loading: RwSignal::new(false),
            focus: RwSignal::new(None),
            turn: StoredValue::new(0),
            load: StoredValue::new_local(load),
        }
    }

    /// Loads the first page, in place of all rows.
    pub fn reload(self) {
        self.is_outdated.set_value(true);
        self.read(None);
    }

    /// Loads the next page, or the first one if that has not come.
    pub fn more(self) {
        let next = self.rows.with_untracked(|rows| {
            // The place in another list is none in this one.
            let rows = rows.as_ref().filter(|_| !self.is_outdated.get_value())?;
            rows.next().map(str::to_owned)
        });
        match next {
            Some(next) => self.read(Some(next)),
            None => self.reload(),
        }
    }

    fn read(self, cursor: Option<String>) {
        let Some(turn) = self.turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        }) else {
            return;
        };
        self.is_loading.set(true);
        let is_more = cursor.is_some();
        let answer = self.load.with_value(|load| load(cursor));
        leptos::task::spawn_local(async move {
            let answer = answer.await;
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            self.is_loading.set(false);
            match answer {
                Ok(part) => {
                    self.failed.set(None);
                    self.is_outdated.set_value(false);
                    self.add(part, is_more);
                }
                Err(failure) if self.admin.is_end(&failure) => {}
                Err(failure) => {
                    self.announcer.say_failure(&failure);
                    if !is_more {
                        self.rows.set(None);
                    }
                    self.failed.set(Some(failure));
                }
            }
        });
    }

    fn add(self, part: Part<T>, is_more: bool) {
        let (come, at) = (len(part.rows.len()), self.len_untracked());
        let rows = self.rows.with_untracked(|rows| match rows {
            Some(rows) if is_more => rows.and(part),
            _ => Rows::begin(part),
        });
        let has_next = rows.next().is_some();
        self.rows.set(Some(rows));
        if let Some(item) = self.item {
            let words = count(come, item);
            self.announcer.say(if is_more {
                format!("{words} more")
            } else {
                words
            });
        }
        // The button that has been pressed is gone.
        if is_more && !has_next && come > 0 {
            self.focus.set(u64::try_from(at).ok());
        }
    }

    fn len_untracked(self) -> usize {
        self.rows
            .with_untracked(|rows| rows.as_ref().map_or(0, |rows| rows.rows().len()))
    }

    /// Returns the number of rows.
    pub fn len(self) -> Signal<usize> {
        memo(move |_| {
            self.rows
                .with(|rows| rows.as_ref().map_or(0, |rows| rows.rows().len()))
        })
    }

    /// Returns the keys of the rows, in order: their places.
    pub fn order(self) -> Signal<Arc<Vec<Key>>> {
        let len = self.len();
        memo(move |_| Arc::new((0..len_of(len.get())).collect()))
    }

    /// Returns the row at a place.
    pub fn row(self, key: Key) -> Signal<Option<T>> {
        memo(move |_| {
            let at = usize::try_from(key).ok()?;
            self.rows
                .with(|rows| rows.as_ref().and_then(|rows| rows.rows().get(at).cloned()))
        })
    }

    /// Returns whether the first page is awaited.
    pub fn is_awaited(self) -> Signal<bool> {
        memo(move |_| self.rows.with(Option::is_none) && self.failed.with(Option::is_none))
    }

    /// Returns whether there are no rows, here or on a next page.
    pub fn is_empty(self) -> Signal<bool> {
        self.asks(|rows| rows.rows().is_empty() && rows.is_whole())
    }

    /// Returns whether a page is being loaded.
    pub fn is_loading(self) -> Signal<bool> {
        self.is_loading.into()
    }

    /// Returns whether there is a next page, and it would be kept.
    pub fn has_more(self) -> Signal<bool> {
        self.asks(|rows| rows.next().is_some())
    }

    /// Returns whether all rows are here.
    pub fn is_whole(self) -> Signal<bool> {
        self.asks(Rows::is_whole)
    }

    /// Returns whether no more rows are kept.
    pub fn is_full(self) -> Signal<bool> {
        self.asks(Rows::is_full)
    }

    fn asks(self, ask: fn(&Rows<T>) -> bool) -> Signal<bool> {
        memo(move |_| self.rows.with(|rows| rows.as_ref().is_some_and(ask)))
    }

    /// Returns why a page could not be loaded.
    pub fn failed(self) -> Signal<Option<Failure>> {
        derive(move || self.failed.get())
    }
}

fn len_of(length: usize) -> Key {
    len(length)
}
