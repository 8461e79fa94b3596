//! The rows of a table, which stay in place while somebody may be about to press one.

use std::{marker::PhantomData, sync::Arc};

use leptos::prelude::*;

use super::key::Key;
use crate::{
    components::{icon::Icon, show::Show},
    data::{
        number_format::{count, len},
        visible_rows::{Keys, NewRows, VisibleRows},
    },
    erased::Value,
    reactive::{Signal, derive, memo},
};

/// The rows of a table, of type `R`.
#[derive(Debug)]
pub struct StableRows<R> {
    rows: StoredValue<Rows>,
    of: PhantomData<fn() -> R>,
}

/// The keys of a table's rows, of type `R`.
#[derive(Debug)]
pub struct RowKeys<'a, R> {
    keys: &'a mut Keys,
    of: PhantomData<fn(R)>,
}

impl<R: PartialEq + Send + Sync + 'static> RowKeys<'_, R> {
    /// Adds a row, or replaces the one with this id, and returns its key.
    pub fn take(&mut self, id: &str, row: &Arc<R>) -> Key {
        self.keys.take(id, Value::comparable(Arc::clone(row)))
    }
}

/// Rows of any type: all but their type, which is compiled once.
#[derive(Clone, Copy, Debug)]
struct Rows {
    hold: RowHold,
    shown: Signal<VisibleRows>,
    /// The rows as they were read last, and a number that changes whenever they are read.
    read: Signal<(u32, VisibleRows)>,
    keys: StoredValue<Keys>,
}

/// What holds rows in place, and lets changes in.
#[derive(Clone, Copy, Debug)]
struct RowHold {
    /// Whether a pointer or the focus is on the rows.
    held: RwSignal<bool>,
    /// Whether the focus is on the button that shows what waits, which must not be removed under
    /// it.
    asking: RwSignal<bool>,
    /// The number of times that somebody has let changes in.
    let_in: RwSignal<u32>,
}

impl RowHold {
    fn new() -> Self {
        Self {
            held: RwSignal::new(false),
            asking: RwSignal::new(false),
            let_in: RwSignal::new(0),
        }
    }

    fn is_still(self) -> bool {
        // Both are tracked.
        let (held, asking) = (self.held.get(), self.asking.get());
        held || asking
    }
}

impl<R> Clone for StableRows<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for StableRows<R> {}

impl<R: PartialEq + Send + Sync + 'static> StableRows<R> {
    /// Creates the rows. `read` returns them as they are now, with keys from those that it is
    /// given; tracked.
    pub fn new(read: impl Fn(RowKeys<'_, R>) -> VisibleRows + Send + Sync + 'static) -> Self {
        let read = move |keys: &mut Keys| {
            let of = PhantomData;
            read(RowKeys { keys, of })
        };
        Self {
            rows: StoredValue::new(Rows::new(Box::new(read))),
            of: PhantomData,
        }
    }

    fn rows(self) -> Rows {
        self.rows.get_value()
    }

    /// Returns the signal of whether a pointer or the focus is on the rows.
    pub fn held(self) -> RwSignal<bool> {
        self.rows().hold.held
    }

    /// Returns the keys of the visible rows, in order.
    pub fn order(self) -> Signal<Arc<Vec<Key>>> {
        self.rows().order()
    }

    /// Returns the number of visible rows; tracked.
    pub fn count(self) -> usize {
        self.rows().shown.read().order.len()
    }

    /// Returns the key of a row, which it gets if it has none.
    pub fn key(self, id: &str, row: &Arc<R>) -> Option<Key> {
        let row = Value::comparable(Arc::clone(row));
        self.rows().keys.try_update_value(|keys| keys.take(id, row))
    }

    /// Returns the row of a key.
    pub fn row(self, key: Key) -> Option<Arc<R>> {
        self.rows().row(key)?.typed()
    }

    /// Returns the row of a key as it was last read; tracked.
    pub fn row_now(self, key: Key) -> Option<Arc<R>> {
        self.rows().row_now(key)?.typed()
    }

    /// Returns a function that returns the row of a key; tracked. While the rows are held in place,
    /// none is drawn again, because its link would lose the focus.
    pub fn steady_row(self, key: Key) -> impl Fn() -> Option<Arc<R>> + Copy + Send + Sync {
        let row = self.rows().steady_row(key);
        move || row.get()?.typed()
    }

    /// Returns the button that shows the change that waits, if there is one. `one` is what is new:
    /// `new project`.
    pub fn button(self, one: &'static str, class: &'static str, icon: Option<Icon>) -> AnyView {
        self.rows().button(one, class, icon)
    }
}

impl Rows {
    fn new(read: Box<dyn Fn(&mut Keys) -> VisibleRows + Send + Sync>) -> Self {
        let hold = RowHold::new();
        let keys = StoredValue::new(Keys::default());
        let read = memo(move |last: Option<&(u32, VisibleRows)>| {
            let times = hold.let_in.get();
            let rows = keys.try_update_value(|keys| read(keys).let_in(times));
            let turn = last.map_or(0, |(turn, _)| turn.wrapping_add(1));
            (turn, rows.unwrap_or_default())
        });
        let shown = memo(move |last: Option<&VisibleRows>| {
            read.with(|(_, now)| now.clone().after(last, hold.is_still()))
        });
        Self {
            hold,
            shown,
            read,
            keys,
        }
    }

    fn order(self) -> Signal<Arc<Vec<Key>>> {
        derive(move || Arc::clone(&self.shown.read().order))
    }

    fn row(self, key: Key) -> Option<Value> {
        self.keys.with_value(|keys| keys.row(key))
    }

    fn row_now(self, key: Key) -> Option<Value> {
        // Reading it also makes it take what was read last.
        let _ = self.read.read();
        self.row(key)
    }

    fn steady_row(self, key: Key) -> Signal<Option<Value>> {
        let hold = self.hold;
        let row = memo(move |last: Option<&(u32, Option<Value>)>| {
            let now = self.row_now(key);
            let times = hold.let_in.get();
            match last {
                Some((of, Some(row))) if *of == times && hold.is_still() => {
                    (times, Some(row.clone()))
                }
                _ => (times, now),
            }
        });
        memo(move |_| row.with(|(_, row)| row.clone()))
    }

    fn button(self, one: &'static str, class: &'static str, icon: Option<Icon>) -> AnyView {
        let RowHold { asking, let_in, .. } = self.hold;
        let news = memo(move |_| self.read.with(|(_, now)| self.shown.read().news(now)));
        let words = move || match news.get() {
            Some(NewRows::New(many)) => format!("{}. Show", count(len(many), one)),
            Some(NewRows::Changed) => "Updated. Show changes".to_owned(),
            None => "Shown".to_owned(),
        };
        // The button stays for as long as it has the focus, which would otherwise be lost.
        view! {
            <Show when=move || news.get().is_some() || asking.get()>
                <button
                    type="button"
                    class=class
                    on:focus=move |_| asking.set(true)
                    on:blur=move |_| asking.set(false)
                    on:click=move |_| let_in.update(|times| *times += 1)
                >
                    {icon.map(Icon::view)}
                    {move || words()}
                </button>
            </Show>
        }
        .into_any()
    }
}
