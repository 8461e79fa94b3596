//! The cache of lists, bounded by their rows.

use super::list::List;
use crate::data::eviction::{self, HeldList};

/// The key of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListKey {
    /// The connection that loads the list.
    pub connection: String,
    /// The subject: an organization, or a project of one.
    pub of: String,
}

impl ListKey {
    /// Creates a key.
    #[must_use]
    pub fn new(connection: &str, of: &str) -> Self {
        Self {
            connection: connection.to_owned(),
            of: of.to_owned(),
        }
    }
}

/// The cached lists of one kind.
#[derive(Debug)]
pub(super) struct ListCache<R: 'static>(Vec<(ListKey, List<R>)>);

impl<R> Default for ListCache<R> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<R: Send + Sync> ListCache<R> {
    /// Returns the list of a key. `start` starts the load of a new one.
    pub(super) fn take(&mut self, key: ListKey, start: impl FnOnce(&List<R>)) -> List<R> {
        if let Some(list) = self.look(&key) {
            list.looked().touch();
            return list;
        }
        let list = List::default();
        list.looked().touch();
        start(&list);
        self.0.push((key, list.clone()));
        list
    }

    /// Keeps the lists whose key matches, and drops the others.
    pub(super) fn keep(&mut self, mut which: impl FnMut(&ListKey) -> bool) {
        self.0.retain(|(key, list)| {
            let keep = which(key);
            if !keep {
                forget(list);
            }
            keep
        });
    }

    /// Evicts lists, and returns whether a list that will have `own` rows can then have more.
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
                self.0.retain(|(known, _)| known != key);
            }
        }
        has_room
    }

    /// Returns the lists of a connection that are visible.
    pub(super) fn shown(&self, connection: &str) -> Vec<List<R>> {
        let of = self
            .0
            .iter()
            .filter(|(key, list)| key.connection == connection && list.looked().is_now());
        of.map(|(_, list)| list.clone()).collect()
    }

    /// Returns the list of a key, if it is cached.
    pub(super) fn look(&self, key: &ListKey) -> Option<List<R>> {
        let found = self.0.iter().find(|(known, _)| known == key);
        found.map(|(_, list)| list.clone())
    }
}

/// Aborts a list's load, and drops its rows.
fn forget<R: Send + Sync>(list: &List<R>) {
    list.read_by(None);
    list.give_up();
}
