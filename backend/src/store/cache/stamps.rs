//! Numbers the changes of the store, so that a cached value shows whether it was read before one.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::atomic::{AtomicU64, Ordering},
};

use domain::ids::{ConnectionId, SessionId};

use crate::store::change::Change;

/// Number of stamps, 512 KiB. Two records with the same stamp only cost each other a query.
const STAMPS: usize = 1 << 16;

/// The number of the last change of each record. Records share a fixed number of stamps by the hash
/// of their ids, so that the memory is bounded and neither reading nor recording takes a lock.
pub(super) struct Stamps {
    /// The number of changes so far.
    changes: AtomicU64,
    /// The number of the last change that may have changed anything.
    of_all: AtomicU64,
    of_ids: Box<[AtomicU64]>,
}

impl Stamps {
    pub(super) fn new() -> Self {
        Self {
            changes: AtomicU64::new(0),
            of_all: AtomicU64::new(0),
            of_ids: (0..STAMPS).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Returns the number of changes so far. A value that is read after this call includes all of
    /// them, because a change is recorded after its write.
    pub(super) fn now(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Records a change. A value whose read began before this call is outdated from now on.
    pub(super) fn record(&self, change: &Change) {
        let stamp = match change {
            Change::Session(id) => self.of_session(id),
            Change::Connection(id) => self.of_connection(id),
        };
        self.set(stamp);
    }

    /// Records that anything may have changed.
    pub(super) fn record_all(&self) {
        self.set(&self.of_all);
    }

    fn set(&self, stamp: &AtomicU64) {
        let number = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        stamp.fetch_max(number, Ordering::SeqCst);
    }

    /// Returns whether a session that was read at `since` is unchanged.
    pub(super) fn is_session_current(&self, id: &SessionId, since: u64) -> bool {
        self.is_current(self.of_session(id), since)
    }

    /// Returns whether a connection that was read at `since` is unchanged.
    pub(super) fn is_connection_current(&self, id: &ConnectionId, since: u64) -> bool {
        self.is_current(self.of_connection(id), since)
    }

    fn is_current(&self, stamp: &AtomicU64, since: u64) -> bool {
        stamp.load(Ordering::SeqCst) <= since && self.of_all.load(Ordering::SeqCst) <= since
    }

    fn of_session(&self, id: &SessionId) -> &AtomicU64 {
        self.stamp('s', id.as_str())
    }

    fn of_connection(&self, id: &ConnectionId) -> &AtomicU64 {
        self.stamp('c', id.as_str())
    }

    fn stamp(&self, kind: char, id: &str) -> &AtomicU64 {
        let mut hasher = DefaultHasher::new();
        (kind, id).hash(&mut hasher);
        #[expect(clippy::cast_possible_truncation, reason = "the lower bits are wanted")]
        let index = hasher.finish() as usize % STAMPS;
        &self.of_ids[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_outdates_what_was_read_before_it_and_nothing_else() {
        let stamps = Stamps::new();
        let session = |id: &str| SessionId::from_stored(id.to_owned());
        let connection = ConnectionId::presented;
        let before = stamps.now();
        stamps.record(&Change::Session(session("a")));
        stamps.record(&Change::Connection(connection("b")));
        let between = stamps.now();
        for (kind, id, since, is_current) in [
            ('s', "a", before, false),
            ('s', "b", before, true),
            ('c', "a", before, true),
            ('c', "b", before, false),
            ('s', "a", between, true),
            ('c', "b", between, true),
        ] {
            let found = match kind {
                's' => stamps.is_session_current(&session(id), since),
                _ => stamps.is_connection_current(&connection(id), since),
            };
            assert_eq!(found, is_current, "{kind} {id} {since}");
        }
        stamps.record_all();
        assert!(!stamps.is_session_current(&session("c"), between));
        assert!(!stamps.is_connection_current(&connection("c"), between));
        let after = stamps.now();
        assert!(stamps.is_session_current(&session("c"), after));
    }
}
