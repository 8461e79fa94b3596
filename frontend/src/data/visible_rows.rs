//! The visible rows of a list, and what waits while they are held in place.

use std::{collections::HashMap, sync::Arc};

use super::number_format::len;
use crate::erased::Value;

/// The keys of rows. A row keeps its key however often it is read, so that it stays the same row in
/// a table and keeps the focus. The types of rows are erased, so that the Wasm contains this once.
#[derive(Debug, Default)]
pub struct Keys {
    of: HashMap<Box<str>, usize>,
    rows: Vec<Value>,
}

impl Keys {
    /// Adds a row, or replaces the one with this id, and returns its key.
    pub fn take(&mut self, id: &str, row: Value) -> u64 {
        let at = if let Some(at) = self.of.get(id) {
            self.rows[*at] = row;
            *at
        } else {
            self.of.insert(id.into(), self.rows.len());
            self.rows.push(row);
            self.rows.len() - 1
        };
        len(at)
    }

    #[cfg(test)]
    fn of(&self, id: &str) -> Option<u64> {
        self.of.get(id).map(|at| len(*at))
    }

    /// Returns the row of a key, also if it no longer exists at Snyk.
    #[must_use]
    pub fn row(&self, key: u64) -> Option<Value> {
        self.rows.get(usize::try_from(key).ok()?).cloned()
    }
}

/// A set of keys, which are small numbers.
#[derive(Default)]
struct KeySet(Vec<bool>);

impl KeySet {
    /// Adds a key, and returns whether it was missing.
    fn insert(&mut self, key: u64) -> bool {
        let Ok(at) = usize::try_from(key) else {
            return false;
        };
        if self.0.len() <= at {
            self.0.resize(at + 1, false);
        }
        !std::mem::replace(&mut self.0[at], true)
    }
}

/// The keys of the visible rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VisibleRows {
    /// The keys in order.
    pub order: Arc<Vec<u64>>,
    /// What a person has chosen: filters and order, as the address has them.
    by: String,
    /// The number of times that somebody has let changes in.
    let_in: u32,
    /// The load that the rows come from, if each is to be told.
    load: u32,
}

/// A change that waits until the rows are no longer held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewRows {
    /// This number of rows is new.
    New(usize),
    /// None is new, but some have gone or moved.
    Changed,
}

impl VisibleRows {
    /// Returns the rows in order. A row that occurs twice is shown once: that happens if the pages
    /// shift while the list is being read.
    #[must_use]
    pub fn of(mut order: Vec<u64>, by: String) -> Self {
        let mut seen = KeySet::default();
        order.retain(|key| seen.insert(*key));
        Self {
            order: Arc::new(order),
            by,
            let_in: 0,
            load: 0,
        }
    }

    /// Sets the number of times that somebody has let changes in.
    #[must_use]
    pub fn let_in(mut self, times: u32) -> Self {
        self.let_in = times;
        self
    }

    /// Sets the load that the rows come from: another one is told even if no row has moved.
    #[must_use]
    pub fn of_load(mut self, load: u32) -> Self {
        self.load = load;
        self
    }

    /// Returns the rows to show after `last`, which stay while they are held. What a person has
    /// chosen or let in and the first rows are shown at once.
    #[must_use]
    pub fn after(self, last: Option<&Self>, is_still: bool) -> Self {
        match last {
            Some(last) if is_still && !last.order.is_empty() && last.is_of_same(&self) => {
                last.clone()
            }
            _ => self,
        }
    }

    fn is_of_same(&self, other: &Self) -> bool {
        self.by == other.by && self.let_in == other.let_in
    }

    /// Returns the change from these rows to `now`.
    #[must_use]
    pub fn news(&self, now: &Self) -> Option<NewRows> {
        if self.order == now.order {
            return (self.load != now.load).then_some(NewRows::Changed);
        }
        let mut shown = KeySet::default();
        for key in &*self.order {
            shown.insert(*key);
        }
        let new = now.order.iter().filter(|key| shown.insert(**key)).count();
        Some(if new > 0 {
            NewRows::New(new)
        } else {
            NewRows::Changed
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::issues::{
        filters::Filters,
        row::{Row, tests::row},
    };

    fn read(ids: &str) -> Vec<Arc<Row>> {
        let one = |id: char| {
            let mut row = row("");
            row.id = id.to_string().into();
            row.title = id.to_string().into();
            Arc::new(row)
        };
        ids.chars().map(one).collect()
    }

    fn by_title() -> Filters {
        Filters::parse("sort=title")
    }

    fn shown_by(filters: &Filters, keys: &mut Keys, ids: &str) -> VisibleRows {
        let rows = read(ids);
        let key = |at: usize| keys.take(&rows[at].id, Value::comparable(Arc::clone(&rows[at])));
        let order = filters.apply(&rows).into_iter().map(key).collect();
        VisibleRows::of(order, filters.query())
    }

    fn shown(keys: &mut Keys, ids: &str) -> VisibleRows {
        shown_by(&by_title(), keys, ids)
    }

    fn known(keys: &Keys, key: u64) -> Option<Arc<Row>> {
        keys.row(key).and_then(Value::typed)
    }

    #[test]
    fn an_issue_keeps_its_number_and_stays_known() {
        let mut keys = Keys::default();
        let first = shown(&mut keys, "bcd");
        let again = shown(&mut keys, "dac");
        assert_eq!(first.order[1..], again.order[1..], "c and d");
        assert_eq!(keys.of("b"), Some(first.order[0]));
        assert_eq!(&*known(&keys, first.order[0]).unwrap().id, "b");
        assert_eq!(keys.of("e"), None);
        assert_eq!(known(&keys, 99), None);
        assert_eq!(shown(&mut keys, "aba").order.len(), 2, "a twice");
    }

    #[test]
    fn what_changed_is_known_as_it_was_read_last() {
        let mut keys = Keys::default();
        let mut rows = read("a");
        keys.take("a", Value::comparable(Arc::clone(&rows[0])));
        Arc::make_mut(&mut rows[0]).score = Some(9);
        let key = keys.take("a", Value::comparable(Arc::clone(&rows[0])));
        assert_eq!(known(&keys, key).unwrap().score, Some(9));
    }

    #[test]
    fn nothing_moves_while_the_rows_are_held_still() {
        let mut keys = Keys::default();
        let last = shown(&mut keys, "bd");
        let now = shown(&mut keys, "abc");
        assert_eq!(now.clone().after(Some(&last), true), last);
        assert_eq!(now.clone().after(Some(&last), false), now);
        assert_eq!(now.clone().after(None, true), now);
        // The first rows, and a change that a person asked for.
        assert_eq!(now.clone().after(Some(&VisibleRows::default()), true), now);
        let other = shown_by(&Filters::parse("sort=-title"), &mut keys, "abc");
        assert_eq!(other.clone().after(Some(&last), true), other);
        let asked = now.let_in(1);
        assert_eq!(asked.clone().after(Some(&last), true), asked);
    }

    #[test]
    fn what_waits_is_told() {
        let mut keys = Keys::default();
        let last = shown(&mut keys, "bd");
        assert_eq!(last.news(&shown(&mut keys, "abc")), Some(NewRows::New(2)));
        assert_eq!(last.news(&shown(&mut keys, "b")), Some(NewRows::Changed));
        let same = shown(&mut keys, "db");
        assert_eq!(last.news(&same), None);
        assert_eq!(last.news(&same.of_load(1)), Some(NewRows::Changed));
    }
}
