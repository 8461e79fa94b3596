//! The visible rows of a list of issues, and what waits while they are held in place.

use std::{collections::HashMap, sync::Arc};

use super::{filters::Filters, row::Row};

/// Keys of issues. An issue keeps its key however often it is read, so that its row in a table
/// stays the same row and keeps the focus.
#[derive(Debug, Default)]
pub struct Keys {
    of: HashMap<Box<str>, usize>,
    rows: Vec<Arc<Row>>,
}

impl Keys {
    /// Adds rows, and replaces those that are known.
    pub fn take(&mut self, rows: &[Arc<Row>]) {
        for row in rows {
            let known = self.of.get(&row.id).copied();
            if let Some(known) = known.and_then(|at| self.rows.get_mut(at)) {
                *known = Arc::clone(row);
            } else {
                self.of.insert(row.id.clone(), self.rows.len());
                self.rows.push(Arc::clone(row));
            }
        }
    }

    /// Returns the key of an issue by Snyk's id.
    #[must_use]
    pub fn of(&self, id: &str) -> Option<u64> {
        self.of.get(id).and_then(|at| u64::try_from(*at).ok())
    }

    /// Returns the issue of a key, also if it no longer exists at Snyk.
    #[must_use]
    pub fn row(&self, key: u64) -> Option<&Arc<Row>> {
        self.rows.get(usize::try_from(key).ok()?)
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

/// The keys of the visible issues, and the filters that they match.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VisibleRows {
    /// The keys in order.
    pub order: Arc<Vec<u64>>,
    by: Filters,
}

/// A change that waits until the rows are no longer held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewRows {
    /// This number of issues is new.
    New(usize),
    /// None is new, but some have gone or moved.
    Changed,
}

impl VisibleRows {
    /// Returns the rows that match the filters, in order.
    #[must_use]
    pub fn of(rows: &[Arc<Row>], filters: &Filters, keys: &Keys) -> Self {
        let mut seen = KeySet::default();
        let order = filters
            .apply(rows)
            .into_iter()
            .filter_map(|at| keys.of(&rows.get(at)?.id))
            // An issue occurs twice if the pages shift while the list is being read.
            .filter(|key| seen.insert(*key))
            .collect();
        Self {
            order: Arc::new(order),
            by: filters.with_issue(None),
        }
    }

    /// Returns the rows to show after `last`, which stay while they are held. Other filters,
    /// another order and the first rows are shown at once.
    #[must_use]
    pub fn after(self, last: Option<&Self>, is_still: bool) -> Self {
        match last {
            Some(last) if is_still && !last.order.is_empty() && last.by == self.by => last.clone(),
            _ => self,
        }
    }

    /// Returns the change from these rows to `now`.
    #[must_use]
    pub fn news(&self, now: &Self) -> Option<NewRows> {
        if self.order == now.order {
            return None;
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
    use super::{super::row::tests::row, *};

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

    fn shown(keys: &mut Keys, ids: &str) -> VisibleRows {
        let rows = read(ids);
        keys.take(&rows);
        VisibleRows::of(&rows, &by_title(), keys)
    }

    #[test]
    fn an_issue_keeps_its_number_and_stays_known() {
        let mut keys = Keys::default();
        let first = shown(&mut keys, "bcd");
        let again = shown(&mut keys, "dac");
        assert_eq!(first.order[1..], again.order[1..], "c and d");
        assert_eq!(keys.of("b"), Some(first.order[0]));
        assert_eq!(&*keys.row(first.order[0]).unwrap().id, "b");
        assert_eq!(keys.of("e"), None);
        assert_eq!(keys.row(99), None);
        assert_eq!(shown(&mut keys, "aba").order.len(), 2, "a twice");
    }

    #[test]
    fn what_changed_is_known_as_it_was_read_last() {
        let mut keys = Keys::default();
        let mut rows = read("a");
        keys.take(&rows);
        Arc::make_mut(&mut rows[0]).score = Some(9);
        keys.take(&rows);
        let key = keys.of("a").unwrap();
        assert_eq!(keys.row(key).unwrap().score, Some(9));
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
        let rows = read("abc");
        let other = VisibleRows::of(&rows, &Filters::parse("sort=-title"), &keys);
        assert_eq!(other.clone().after(Some(&last), true), other);
    }

    #[test]
    fn what_waits_is_told() {
        let mut keys = Keys::default();
        let last = shown(&mut keys, "bd");
        assert_eq!(last.news(&shown(&mut keys, "abc")), Some(NewRows::New(2)));
        assert_eq!(last.news(&shown(&mut keys, "b")), Some(NewRows::Changed));
        assert_eq!(last.news(&shown(&mut keys, "db")), None);
    }
}
