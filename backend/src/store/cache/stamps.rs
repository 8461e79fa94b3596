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

/// The stamp of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp(usize);

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
            Change::Session(id) => Self::of_session(id),
            Change::Connection(id) => Self::of_connection(id),
        };
        self.set(&self.of_ids[stamp.0]);
    }

    /// Records that anything may have changed.
    pub(super) fn record_all(&self) {
        self.set(&self.of_all);
    }

    fn set(&self, stamp: &AtomicU64) {
        let number = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        stamp.fetch_max(number, Ordering::SeqCst);
    }

    /// Returns whether records that were read at `since` are unchanged.
    pub(super) fn are_current(&self, stamps: &[Stamp], since: u64) -> bool {
        let is_current = |number: &AtomicU64| number.load(Ordering::SeqCst) <= since;
        stamps.iter().all(|stamp| is_current(&self.of_ids[stamp.0])) && is_current(&self.of_all)
    }

    pub(super) fn of_session(id: &SessionId) -> Stamp {
        stamp('s', id.as_str())
    }

    pub(super) fn of_connection(id: &ConnectionId) -> Stamp {
        stamp('c', id.as_str())
    }
}

fn stamp(kind: char, id: &str) -> Stamp {
    let mut hasher = DefaultHasher::new();
    (kind, id).hash(&mut hasher);
    #[expect(clippy::cast_possible_truncation, reason = "the lower bits are wanted")]
    let index = hasher.finish() as usize % STAMPS;
    Stamp(index)
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
                's' => Stamps::of_session(&session(id)),
                _ => Stamps::of_connection(&connection(id)),
            };
            let found = stamps.are_current(&[found], since);
            assert_eq!(found, is_current, "{kind} {id} {since}");
        }
        stamps.record_all();
        let (session, connection) = (
            Stamps::of_session(&session("c")),
            Stamps::of_connection(&connection("c")),
        );
        assert!(!stamps.are_current(&[session], between));
        assert!(!stamps.are_current(&[connection], between));
        let after = stamps.now();
        assert!(stamps.are_current(&[session, connection], after));
        stamps.record(&Change::Connection(ConnectionId::presented("c")));
        assert!(!stamps.are_current(&[session, connection], after));
    }
}
