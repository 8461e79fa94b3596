//! Where lists stand, so many rows and no more.

use std::collections::HashMap;

use super::list::List;
use crate::data::eviction::{self, HeldList};

/// What a list is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListKey {
    /// The connection that reads it.
    pub connection: String,
    /// What it is the list of: an organization, a project of one.
    pub of: String,
}

impl ListKey {
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
pub(super) struct ListCache<R: 'static>(HashMap<ListKey, List<R>>);

impl<R> Default for ListCache<R> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<R: Send + Sync> ListCache<R> {
    /// The list of a place; a new one is begun by `start`.
    pub(super) fn take(&mut self, key: ListKey, start: impl FnOnce(&List<R>)) -> List<R> {
        if let Some(list) = self.0.get(&key) {
            list.looked().touch();
            return list.clone();
        }
        let list = List::default();
        list.looked().touch();
        start(&list);
        self.0.insert(key, list.clone());
        list
    }

    /// Forgets the lists of other places, and ends their reading.
    pub(super) fn keep(&mut self, mut which: impl FnMut(&ListKey) -> bool) {
        self.0.retain(|key, list| {
            let keep = which(key);
            if !keep {
                forget(list);
            }
            keep
        });
    }

    /// Whether a list can have more rows than the `own` that it will have, once what nobody looks at
    /// has given way.
    pub(super) fn make_room(&mut self, list: &List<R>, own: usize) -> bool {
        let others: Vec<_> = self
            .0
            .iter()
            .filter(|(_, other)| !other.is(list))
            .map(|(key, other)| (key.clone(), other.clone()))
            .collect();
        let loads: Vec<_> = others
            .iter()
            .map(|(_, other)| HeldList {
                rows: other.len_untracked(),
                is_shown: other.looked().is_now(),
                last: other.looked().last(),
            })
            .collect();
        let (forgotten, has_room) = eviction::make(own, &loads);
        for at in forgotten {
            if let Some((key, other)) = others.get(at) {
                forget(other);
                self.0.remove(key);
            }
        }
        has_room
    }

    /// The list of a place, if there is one.
    pub(super) fn look(&self, key: &ListKey) -> Option<List<R>> {
        self.0.get(key).cloned()
    }
}

/// Ends a list's reading and gives its rows up.
fn forget<R: Send + Sync>(list: &List<R>) {
    list.read_by(None);
    list.give_up();
}
