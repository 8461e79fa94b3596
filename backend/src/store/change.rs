//! The changes that a write reports.

use domain::ids::{ConnectionId, SessionId};

/// A record that a write has changed or removed. A cache forgets what it has of it: the cache in
/// front of this store, and those of other nodes, which a database can notify with the same values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A session: its times, its end, or the connections that it is authorized for.
    Session(SessionId),
    /// A connection: its data, its tokens, its end, or the sessions that are authorized for it.
    Connection(ConnectionId),
}

/// The writes of other processes since the last call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForeignWrites {
    /// These records, or none.
    These(Vec<Change>),
    /// Any record, since the database cannot tell which.
    Any,
}

impl ForeignWrites {
    /// Returns whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::These(changes) if changes.is_empty())
    }
}

/// The result of a write that may change more than its arguments name.
#[derive(Debug)]
pub struct Changed<T> {
    /// The result.
    pub value: T,
    /// Everything that was changed.
    pub changes: Vec<Change>,
}

impl<T> Changed<T> {
    /// Returns the result of a write that changed nothing.
    #[must_use]
    pub fn nothing(value: T) -> Self {
        Self {
            value,
            changes: Vec::new(),
        }
    }
}
