//! Keeps the gauges of the database: whether it answers, its pool, and how much is in it.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    metrics,
    store::{
        Store,
        database::{CountRecords, Counts, PoolSize},
    },
};

/// Interval at which the database is asked whether it answers, and the pool is measured.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);
/// When the first one is: between the ticks of other tasks, which use connections then.
const FIRST_CHECK: Duration = Duration::from_millis(1_300);
/// Number of checks between two counts of rows.
const CHECKS_PER_COUNT: u32 = 6;
/// Timeout of a check, and of a count.
const TIMEOUT: Duration = Duration::from_secs(4);

/// Keeps the gauges until it is dropped.
#[derive(Debug)]
pub struct DatabaseMetrics {
    _task: AbortOnDropHandle<()>,
}

impl DatabaseMetrics {
    /// Starts. It is for a server whose metrics somebody collects.
    #[must_use]
    pub fn start(store: Arc<dyn Store>, database: Arc<dyn CountRecords>) -> Self {
        Self {
            _task: AbortOnDropHandle::new(tokio::spawn(run(store, database))),
        }
    }
}

async fn run(store: Arc<dyn Store>, database: Arc<dyn CountRecords>) {
    let mut ticks = interval_at(Instant::now() + FIRST_CHECK, CHECK_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for number in (0..CHECKS_PER_COUNT).cycle() {
        ticks.tick().await;
        let PoolSize { open, idle } = database.pool_size();
        metrics::database().pool_measured(open, idle);
        let is_up = matches!(timeout(TIMEOUT, store.ping()).await, Ok(Ok(())));
        metrics::database().checked(is_up);
        if number > 0 || !is_up {
            continue;
        }
        match timeout(TIMEOUT, database.counts()).await {
            Ok(Ok(counts)) => note(counts),
            Ok(Err(error)) => tracing::debug!(%error, "The rows cannot be counted"),
            Err(_) => tracing::debug!("The rows take too long to count"),
        }
    }
}

fn note(counts: Counts) {
    let gauges = metrics::database();
    gauges.sessions_counted(counts.sessions);
    gauges.connections_counted(counts.active, counts.reconnect_needed);
    gauges.revocations_counted(counts.revocations);
}
