//! What happened when, by the clock of this computer, as the sandbox records its requests.

use std::time::SystemTime;

/// A moment, in milliseconds since 1970.
pub(super) type Moment = i64;

/// Returns the present moment.
#[expect(
    clippy::disallowed_methods,
    reason = "the record of another process has the same clock"
)]
pub(super) fn now() -> Moment {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    i64::try_from(since.unwrap().as_millis()).unwrap()
}

/// A time from one moment to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Moment,
    pub(super) to: Moment,
}

impl Span {
    pub(super) const fn length(self) -> i64 {
        self.to - self.from
    }

    pub(super) const fn overlaps(self, other: Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }
}

/// What happened to one server.
#[derive(Clone, Debug, Default)]
pub(super) struct NodeHistory {
    /// From the signal to the end of the process.
    pub(super) kills: Vec<Span>,
    /// From the signal to the end of the process, which ended by itself.
    pub(super) restarts: Vec<Span>,
    pub(super) pauses: Vec<Span>,
    /// How often it found no database when it started, and was started again.
    pub(super) failed_starts: usize,
}

/// What happened to all of them, and to the database.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    pub(super) nodes: Vec<NodeHistory>,
    /// From the stop of the database until it served again.
    pub(super) outages: Vec<Span>,
}
