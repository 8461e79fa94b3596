//! Supervises the background tasks: a task that panics is logged and restarted, and readiness fails
//! until it runs again.

use std::{
    collections::BTreeSet,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::FutureExt as _;
use tokio::task::JoinSet;

use crate::backoff::exponential;

/// Delay before the first restart.
const INITIAL_DELAY: Duration = Duration::from_secs(1);
/// Maximum delay before a restart.
const MAX_DELAY: Duration = Duration::from_mins(1);
/// A restarted task that has run for this time counts as recovered.
const RECOVERY_TIME: Duration = Duration::from_secs(30);

/// Which background tasks are failing. A clone shares the state.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Mutex<BTreeSet<&'static str>>>);

impl Health {
    /// Returns whether all tasks run.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.failing(|failing| failing.is_empty())
    }

    fn failing<T>(&self, with: impl FnOnce(&mut BTreeSet<&'static str>) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The background tasks. They are cancelled when this is dropped.
#[derive(Debug, Default)]
pub struct Supervisor {
    health: Health,
    tasks: JoinSet<()>,
}

impl Supervisor {
    /// Creates a supervisor that reports to `health`.
    #[must_use]
    pub fn new(health: Health) -> Self {
        Self {
            health,
            tasks: JoinSet::new(),
        }
    }

    /// Runs a task that never ends by itself. `start` creates it, and again after each failure.
    pub fn spawn<F>(&mut self, name: &'static str, start: impl Fn() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let health = self.health.clone();
        self.tasks.spawn(async move {
            let mut failures = 0;
            loop {
                let run = AssertUnwindSafe(start()).catch_unwind();
                let mut run = std::pin::pin!(run);
                let result = tokio::select! {
                    result = &mut run => result,
                    () = tokio::time::sleep(RECOVERY_TIME) => {
                        failures = 0;
                        if health.failing(|failing| failing.remove(name)) {
                            tracing::info!(task = name, "A background task works again");
                        }
                        run.await
                    }
                };
                failures += 1;
                health.failing(|failing| failing.insert(name));
                let delay = exponential(INITIAL_DELAY, failures, MAX_DELAY);
                let why = if result.is_err() { "panicked" } else { "ended" };
                tracing::error!(task = name, why, ?delay, "A background task is restarted");
                tokio::time::sleep(delay).await;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_task_that_panics_is_restarted_and_counts_as_failing_until_it_runs() {
        let health = Health::default();
        let mut supervisor = Supervisor::new(health.clone());
        let starts = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&starts);
        supervisor.spawn("sweep", move || {
            let start = counted.fetch_add(1, Ordering::Relaxed);
            async move {
                assert!(start >= 2, "the first two runs panic");
                std::future::pending::<()>().await;
            }
        });
        tokio::time::sleep(INITIAL_DELAY / 2).await;
        assert!(!health.is_good());
        assert_eq!(starts.load(Ordering::Relaxed), 1, "not at once");
        tokio::time::sleep(INITIAL_DELAY * 4).await;
        assert_eq!(starts.load(Ordering::Relaxed), 3);
        assert!(!health.is_good(), "it has only just been restarted");
        tokio::time::sleep(RECOVERY_TIME).await;
        assert!(health.is_good());
        assert_eq!(starts.load(Ordering::Relaxed), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_ends_is_restarted_and_one_that_runs_is_left_alone() {
        let health = Health::default();
        let mut supervisor = Supervisor::new(health.clone());
        supervisor.spawn("good", std::future::pending);
        tokio::time::sleep(RECOVERY_TIME * 2).await;
        assert!(health.is_good());
        supervisor.spawn("short", || async {});
        tokio::time::sleep(INITIAL_DELAY).await;
        assert!(!health.is_good());
    }

    #[tokio::test(start_paused = true)]
    async fn tasks_end_with_their_supervisor() {
        let (send, mut receive) = tokio::sync::watch::channel(());
        let mut supervisor = Supervisor::default();
        supervisor.spawn("holder", move || {
            let held = send.clone();
            async move { held.closed().await }
        });
        tokio::task::yield_now().await;
        drop(supervisor);
        assert!(receive.changed().await.is_err(), "the task was dropped");
    }
}
