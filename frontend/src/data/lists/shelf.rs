//! Where lists stand, so many rows and no more.

use std::collections::HashMap;

use super::list::List;

/// So many rows are held, of all lists of a kind together. A row takes some 300 bytes.
const MOST_ROWS: usize = 60_000;

/// What a list is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The connection that reads it.
    pub connection: String,
    /// What it is the list of: an organization, a project of one.
    pub of: String,
}

impl Place {
    /// A place.
    #[must_use]
    pub fn new(connection: &str, of: &str) -> Self {
        Self {
            connection: connection.to_owned(),
            of: of.to_owned(),
        }
    }
}

/// Lists of a kind.
#[derive(Debug)]
pub(super) struct Shelf<R: 'static>(HashMap<Place, List<R>>);

impl<R> Default for Shelf<R> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<R: Send + Sync> Shelf<R> {
    /// The list of a place; a new one is begun by `start`.
    pub(super) fn take(&mut self, place: Place, start: impl FnOnce(&List<R>)) -> List<R> {
        if let Some(list) = self.0.get(&place) {
            return list.clone();
        }
        // Another connection's are the ones that nobody looks at now.
        if !self.has_room() {
            let connection = place.connection.clone();
            self.keep(|place| place.connection == connection);
        }
        let list = List::default();
        start(&list);
        self.0.insert(place, list.clone());
        list
    }

    /// Forgets the lists of other places, and ends their reading.
    pub(super) fn keep(&mut self, mut which: impl FnMut(&Place) -> bool) {
        self.0.retain(|place, list| {
            let keep = which(place);
            if !keep {
                list.read_by(None);
                list.replace(Vec::new());
            }
            keep
        });
    }

    /// The list of a place, if there is one.
    pub(super) fn look(&self, place: &Place) -> Option<List<R>> {
        self.0.get(place).cloned()
    }

    /// Whether more rows can be held.
    pub(super) fn has_room(&self) -> bool {
        self.0.values().map(List::len_untracked).sum::<usize>() < MOST_ROWS
    }
}
