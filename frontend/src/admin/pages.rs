//! A list of which the server returns a page at a time.

use std::sync::Arc;

/// The most rows that are kept. Whoever looks for another one searches, or filters.
pub const MOST: usize = 5_000;

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// The rows that have been loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows<T> {
    rows: Arc<Vec<T>>,
    next: Option<String>,
}

impl<T: Clone> Rows<T> {
    /// Begins with the first page.
    #[must_use]
    pub fn begin(part: Part<T>) -> Self {
        let empty = Self {
            rows: Arc::default(),
            next: None,
        };
        empty.and(part)
    }

    /// Returns the rows with those of the next page, as many as are kept.
    #[must_use]
    pub fn and(&self, part: Part<T>) -> Self {
        let mut rows = Arc::clone(&self.rows);
        let room = MOST.saturating_sub(rows.len());
        Arc::make_mut(&mut rows).extend(part.rows.into_iter().take(room));
        Self {
            rows,
            next: part.next,
        }
    }

    /// Returns the rows.
    #[must_use]
    pub fn rows(&self) -> &[T] {
        &self.rows
    }

    /// Returns where the next page begins; `None` if there is none, or if no more rows are kept.
    #[must_use]
    pub fn next(&self) -> Option<&str> {
        self.next.as_deref().filter(|_| !self.is_full())
    }

    /// Returns whether there are no more rows.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.next.is_none()
    }

    /// Returns whether no more rows are kept.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.rows.len() >= MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(rows: std::ops::Range<usize>, next: Option<&str>) -> Part<usize> {
        Part {
            rows: rows.collect(),
            next: next.map(str::to_owned),
        }
    }

    #[test]
    fn pages_follow_each_other_until_there_is_none() {
        let rows = Rows::begin(part(0..2, Some("b")));
        assert_eq!((rows.next(), rows.is_whole()), (Some("b"), false));
        let rows = rows.and(part(2..3, None));
        assert_eq!(rows.rows(), [0, 1, 2]);
        assert_eq!((rows.next(), rows.is_whole()), (None, true));
    }

    #[test]
    fn no_more_rows_are_kept_than_the_most() {
        let rows = Rows::begin(part(0..MOST - 1, Some("b")));
        assert!(!rows.is_full());
        let rows = rows.and(part(MOST..MOST + 2, Some("c")));
        assert_eq!(rows.rows().len(), MOST);
        assert!(rows.is_full());
        assert_eq!((rows.next(), rows.is_whole()), (None, false));
    }
}
