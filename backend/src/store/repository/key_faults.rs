//! Which connections the activity log has been told of because their tokens do not open.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use domain::ids::ConnectionId;

use crate::activity::{self, Event};

/// Shortest time between two notes of one connection: each read of it finds the fault again.
const INTERVAL: Duration = Duration::from_hours(1);
/// Maximum number of connections that are remembered. A missing key concerns every connection; those
/// beyond are in the log only.
const MAX_ENTRIES: usize = 1_000;

/// When connections were last noted.
#[derive(Debug, Default)]
pub(super) struct KeyFaults(Mutex<HashMap<ConnectionId, Instant>>);

impl KeyFaults {
    /// Notes that the tokens of a connection do not open, unless that was noted lately.
    pub(super) fn note(&self, id: &ConnectionId) {
        if self.is_due(id, Instant::now()) {
            activity::note(Event::key_fault(id));
        }
    }

    fn is_due(&self, id: &ConnectionId, now: Instant) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |at: &Instant| now.saturating_duration_since(*at) < INTERVAL;
        if noted.get(id).is_some_and(is_recent) {
            return false;
        }
        if noted.len() >= MAX_ENTRIES {
            noted.retain(|_, at| is_recent(at));
        }
        let has_room = noted.len() < MAX_ENTRIES;
        if has_room {
            noted.insert(id.clone(), now);
        }
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_connection_is_noted_once_an_hour_and_no_more_than_are_remembered() {
        let faults = KeyFaults::default();
        let now = Instant::now();
        let ids: Vec<_> = (0..=MAX_ENTRIES)
            .map(|_| ConnectionId::generate())
            .collect();
        for (at, id) in ids.iter().enumerate() {
            assert_eq!(faults.is_due(id, now), at < MAX_ENTRIES, "{at}");
        }
        assert!(!faults.is_due(&ids[0], now + INTERVAL / 2));
        assert!(faults.is_due(&ids[0], now + INTERVAL));
        assert!(faults.is_due(&ids[MAX_ENTRIES], now + INTERVAL));
    }
}
