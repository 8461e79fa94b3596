//! Single flight: all who need a new token pair of one connection share one refresh.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{connection::Connection, ids::ConnectionId};
use tokio::sync::watch;

use super::{concurrency_limit::Urgency, error::RefreshError};

/// The result of a refresh; `None` while it is in flight.
pub(super) type Outcome = Option<Result<Arc<Connection>, RefreshError>>;

/// The refreshes in flight in this process.
#[derive(Debug, Default)]
pub(super) struct SingleFlight(Mutex<HashMap<ConnectionId, InFlight>>);

#[derive(Debug)]
struct InFlight {
    /// The generation that it replaces.
    generation: u64,
    outcome: watch::Receiver<Outcome>,
    urgency: Urgency,
}

/// The right to run a refresh, and the duty to [`land`](SingleFlight::land) it. Whoever waits for
/// the outcome sees a closed channel if this is dropped instead, as when the task panics.
#[derive(Debug)]
pub(super) struct Flight {
    id: ConnectionId,
    generation: u64,
    send: watch::Sender<Outcome>,
    /// Whether somebody waits for it.
    pub(super) urgency: Urgency,
}

impl Flight {
    /// Returns the connection that is refreshed.
    pub(super) const fn id(&self) -> &ConnectionId {
        &self.id
    }

    /// Returns the generation that is replaced.
    pub(super) const fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns whether somebody waits for the outcome.
    pub(super) fn is_awaited(&self) -> bool {
        // The table holds one receiver.
        self.send.receiver_count() > 1
    }
}

impl SingleFlight {
    /// Joins the refresh in flight, or returns one to be run. `is_urgent` is whether somebody waits
    /// for it.
    pub(super) fn join(
        &self,
        id: &ConnectionId,
        generation: u64,
        is_urgent: bool,
    ) -> (watch::Receiver<Outcome>, Option<Flight>) {
        let mut flights = self.lock();
        if let Some(in_flight) = flights.get(id) {
            // A caller with a newer pair than the one in flight replaces needs another refresh. A
            // closed channel without an outcome means that the task panicked: start a new one.
            if in_flight.generation >= generation
                && in_flight.outcome.borrow().is_none()
                && in_flight.outcome.has_changed().is_ok()
            {
                if is_urgent {
                    in_flight.urgency.raise();
                }
                return (in_flight.outcome.clone(), None);
            }
        }
        let (send, outcome) = watch::channel(None);
        let urgency = Urgency::new(is_urgent);
        let in_flight = InFlight {
            generation,
            outcome: outcome.clone(),
            urgency: urgency.clone(),
        };
        flights.insert(id.clone(), in_flight);
        let flight = Flight {
            id: id.clone(),
            generation,
            send,
            urgency,
        };
        (outcome, Some(flight))
    }

    /// Ends a refresh, and gives its outcome to all who wait for it.
    pub(super) fn land(&self, flight: &Flight, outcome: Result<Arc<Connection>, RefreshError>) {
        // Removed first: callers that come now read the stored pair.
        let mut flights = self.lock();
        if flights
            .get(&flight.id)
            .is_some_and(|in_flight| in_flight.generation == flight.generation)
        {
            flights.remove(&flight.id);
        }
        drop(flights);
        let _ = flight.send.send(Some(outcome));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ConnectionId, InFlight>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> ConnectionId {
        ConnectionId::from_stored(text.to_owned())
    }

    #[test]
    fn sec_40_one_generation_of_one_connection_is_refreshed_once() {
        let flights = SingleFlight::default();
        let (_first, flight) = flights.join(&id("a"), 3, false);
        let flight = flight.unwrap();
        assert!(flights.join(&id("a"), 3, true).1.is_none());
        assert!(flights.join(&id("a"), 2, true).1.is_none(), "an older one");
        assert!(flights.join(&id("b"), 3, true).1.is_some(), "another one");
        flights.land(&flight, Err(RefreshError::Gone));
        assert!(flights.join(&id("a"), 3, true).1.is_some(), "it has landed");
    }

    #[test]
    fn who_has_a_newer_pair_starts_another_refresh_which_the_older_one_does_not_end() {
        let flights = SingleFlight::default();
        let older = flights.join(&id("a"), 3, true).1.unwrap();
        let _newer = flights.join(&id("a"), 4, true).1.unwrap();
        flights.land(&older, Err(RefreshError::Gone));
        assert!(flights.join(&id("a"), 4, true).1.is_none());
    }

    #[test]
    fn a_refresh_that_panicked_is_started_again() {
        let flights = SingleFlight::default();
        let (outcome, flight) = flights.join(&id("a"), 3, true);
        drop(flight);
        assert!(outcome.has_changed().is_err(), "those who wait learn of it");
        assert!(flights.join(&id("a"), 3, true).1.is_some());
    }

    #[test]
    fn who_waits_is_counted_without_the_table() {
        let flights = SingleFlight::default();
        let (outcome, flight) = flights.join(&id("a"), 3, false);
        let flight = flight.unwrap();
        assert!(flight.is_awaited());
        drop(outcome);
        assert!(!flight.is_awaited());
    }
}
