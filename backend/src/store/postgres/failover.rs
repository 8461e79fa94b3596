//! Which connections lead to a server that is no primary any more.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// When a server last said that it is no primary. Connections from before it lead to a server that
/// was demoted; new ones lead to whatever its name leads to now.
#[derive(Debug, Default)]
pub(super) struct Failover(Mutex<Option<Instant>>);

impl Failover {
    pub(super) fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Returns whether a connection of that age was made before.
    pub(super) fn is_before(&self, age: Duration) -> bool {
        let noted = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.is_some_and(|at| at.elapsed() <= age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_from_before_a_failover_are_replaced() {
        let failover = Failover::default();
        assert!(!failover.is_before(Duration::MAX), "none was noted");
        failover.note();
        assert!(failover.is_before(Duration::from_mins(1)));
        assert!(!failover.is_before(Duration::ZERO), "made after it");
    }
}
