//! The rows of a table, which stay in place while somebody may be about to press one.

use std::sync::Arc;

use leptos::prelude::*;

use super::key::Key;
use crate::{
    components::{icon::Icon, show::Show},
    data::{
        number_format::{count, len},
        visible_rows::{Keys, NewRows, VisibleRows},
    },
    reactive::{Signal, derive, memo},
};

/// The rows of a table, of type `R`. `B` is what a person chooses: filters and order.
#[derive(Debug)]
pub struct StableRows<R: 'static, B: 'static> {
    hold: StoredValue<RowHold>,
    shown: Signal<VisibleRows<B>>,
    /// The rows as they were read last, and a number that changes whenever they are read.
    read: Signal<(u32, VisibleRows<B>)>,
    keys: StoredValue<Keys<R>>,
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

impl<R, B> Clone for StableRows<R, B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, B> Copy for StableRows<R, B> {}

impl<R, B> StableRows<R, B>
where
    R: Clone + PartialEq + Send + Sync,
    B: Clone + Default + PartialEq + Send + Sync,
{
    /// Creates the rows. `read` returns them as they are now, with keys from those that it is
    /// given; tracked.
    pub fn new(read: impl Fn(&mut Keys<R>) -> VisibleRows<B> + Send + Sync + 'static) -> Self {
        let hold = RowHold::new();
        let keys = StoredValue::new(Keys::default());
        let read = memo(move |last: Option<&(u32, VisibleRows<B>)>| {
            let times = hold.let_in.get();
            let rows = keys.try_update_value(|keys| read(keys).let_in(times));
            let turn = last.map_or(0, |(turn, _)| turn.wrapping_add(1));
            (turn, rows.unwrap_or_default())
        });
        let shown = memo(move |last: Option<&VisibleRows<B>>| {
            read.with(|(_, now)| now.clone().after(last, hold.is_still()))
        });
        Self {
            hold: StoredValue::new(hold),
            shown,
            read,
            keys,
        }
    }

    /// Returns the signal of whether a pointer or the focus is on the rows.
    pub fn held(self) -> RwSignal<bool> {
        self.hold.get_value().held
    }

    /// Returns the keys of the visible rows, in order.
    pub fn order(self) -> Signal<Arc<Vec<Key>>> {
        derive(move || Arc::clone(&self.shown.read().order))
    }

    /// Returns the number of visible rows; tracked.
    pub fn count(self) -> usize {
        self.shown.read().order.len()
    }

    /// Returns the key of a row, which it gets if it has none.
    pub fn key(self, id: &str, row: R) -> Option<Key> {
        self.keys.try_update_value(|keys| keys.take(id, row))
    }

    /// Returns the row of a key.
    pub fn row(self, key: Key) -> Option<R> {
        self.keys.with_value(|keys| keys.row(key).cloned())
    }

    /// Returns the row of a key as it was last read; tracked.
    pub fn row_now(self, key: Key) -> Option<R> {
        // Reading it also makes it take what was read last.
        let _ = self.read.read();
        self.row(key)
    }

    /// Returns the row of a key. While the rows are held in place, none is drawn again, because its
    /// link would lose the focus.
    pub fn steady_row(self, key: Key) -> Signal<Option<R>> {
        let hold = self.hold.get_value();
        let row = memo(move |last: Option<&(u32, Option<R>)>| {
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

    /// Returns the button that shows the change that waits, if there is one. `one` is what is new:
    /// `new project`.
    pub fn button(self, one: &'static str, class: &'static str, icon: Option<Icon>) -> AnyView {
        let RowHold { asking, let_in, .. } = self.hold.get_value();
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
