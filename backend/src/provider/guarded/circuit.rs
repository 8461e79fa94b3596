//! One circuit: the breaker with a clock, and the calls in flight.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::breaker::{Breaker, Change, Ticket};
use crate::{backoff::with_jitter, metrics, provider::ProviderError};

/// A circuit breaker that calls pass.
#[derive(Debug)]
pub(super) struct Circuit {
    name: metrics::Circuit,
    breaker: Mutex<Breaker>,
}

/// A call that has been admitted. If it is dropped without an outcome, as when the browser hangs up, it
/// counts neither way, and another call may be the probe.
#[derive(Debug)]
pub(super) struct Call<'a> {
    circuit: &'a Circuit,
    ticket: Option<Ticket>,
}

/// Tells answers from the lack of one.
pub(super) trait IsAnswer {
    /// Returns whether the provider answered.
    fn is_answer(&self) -> bool;
}

impl<T: IsAnswer, E: IsAnswer> IsAnswer for Result<T, E> {
    fn is_answer(&self) -> bool {
        match self {
            Ok(value) => value.is_answer(),
            Err(error) => error.is_answer(),
        }
    }
}

impl Circuit {
    pub(super) fn new(name: metrics::Circuit) -> Self {
        Self {
            name,
            breaker: Mutex::new(Breaker::new(Instant::now())),
        }
    }

    /// Admits a call, unless the circuit is open.
    pub(super) fn admit(&self) -> Result<Call<'_>, ProviderError> {
        let admitted = self.lock().admit(Instant::now());
        match admitted {
            Ok(ticket) => Ok(self.call(ticket)),
            Err(after) => {
                metrics::circuit_refused(self.name);
                Err(ProviderError::CircuitOpen { after })
            }
        }
    }

    /// Starts a call that is sent even if the circuit is open.
    pub(super) fn observe(&self) -> Call<'_> {
        let ticket = self.lock().observe();
        self.call(ticket)
    }

    const fn call(&self, ticket: Ticket) -> Call<'_> {
        Call {
            circuit: self,
            ticket: Some(ticket),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self, ticket: Ticket, is_answer: bool) {
        let now = Instant::now();
        let change = if is_answer {
            self.lock().answered(ticket, now)
        } else {
            let jitter = |open| with_jitter(open, Duration::MAX);
            self.lock().failed(ticket, now, jitter)
        };
        let endpoint = self.name.word();
        match change {
            None => {}
            Some(Change::Opened(open)) => {
                metrics::circuit_opened(self.name);
                tracing::warn!(
                    endpoint,
                    ?open,
                    "Snyk does not answer: no request is sent for now"
                );
            }
            Some(Change::Closed) => {
                metrics::circuit_closed(self.name);
                tracing::info!(endpoint, "Snyk answers again");
            }
        }
    }
}

impl Call<'_> {
    /// Reports the outcome of the call, and returns it.
    pub(super) fn report<T: IsAnswer>(mut self, outcome: T) -> T {
        if let Some(ticket) = self.ticket.take() {
            self.circuit.report(ticket, outcome.is_answer());
        }
        outcome
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.circuit.lock().abandoned(ticket, Instant::now());
        }
    }
}
