//! The parts that all refreshes share.

use std::sync::Arc;

use tokio_util::task::TaskTracker;

use super::concurrency_limit::ConcurrencyLimit;
use crate::{clock::Clock, provider::ProviderClient, store::Store};

/// The store, the provider and the limits that all refreshes share.
#[derive(Debug)]
pub(super) struct Resources {
    pub(super) store: Arc<dyn Store>,
    pub(super) provider: Arc<dyn ProviderClient>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) permits: ConcurrencyLimit,
    /// The refreshes in flight, which a shutdown waits for.
    pub(super) tasks: TaskTracker,
}

impl Resources {
    /// Returns whether the process is stopping. A refresh that nobody waits for does not start then.
    pub(super) fn is_stopping(&self) -> bool {
        self.tasks.is_closed()
    }
}
