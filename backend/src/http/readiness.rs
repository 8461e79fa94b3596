//! Health probes. `/healthz` reports that the process is alive, `/readyz` whether it can serve. The
//! reason given for not being ready discloses no path and no version (SEC-65).

use std::{sync::Arc, time::Duration};

use axum::extract::State;
use http::StatusCode;
use tokio::{sync::Mutex, time::Instant};
use tokio_util::task::TaskTracker;

use super::problem::ApiError;
use crate::{
    store::{Store, StoreError},
    supervisor::Health,
};

/// TTL of a store check. Probes are not rate limited, so all that arrive within this time share one
/// check.
const TTL: Duration = Duration::from_millis(250);
/// Interval between log entries for a store that keeps failing.
const LOG_INTERVAL: Duration = Duration::from_mins(1);

/// Determines whether the server is ready.
#[derive(Debug)]
pub struct Readiness {
    store: Arc<dyn Store>,
    tasks: TaskTracker,
    background: Health,
    last_check: Mutex<StoreCheck>,
}

/// The cached result of the last store check.
#[derive(Debug, Default)]
struct StoreCheck {
    checked_at: Option<Instant>,
    failure: Option<&'static str>,
    logged_at: Option<Instant>,
}

/// Handles `GET /healthz`: the process is alive.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// Handles `GET /readyz`: the store can be read and written, the background tasks run, and no
/// shutdown is in progress.
pub async fn ready(
    State(readiness): State<Arc<Readiness>>,
) -> Result<(StatusCode, &'static str), ApiError> {
    if readiness.tasks.is_closed() {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, "stopping\n"));
    }
    if let Some(why) = readiness.store_failure().await {
        return Err(ApiError::NotReady(why));
    }
    if !readiness.background.is_good() {
        return Err(ApiError::NotReady(
            "A background task of this server failed and is being restarted.",
        ));
    }
    Ok((StatusCode::OK, "ready\n"))
}

impl Readiness {
    /// Creates the check. Shutdown has begun when `tasks` is closed.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, tasks: TaskTracker, background: Health) -> Self {
        Self {
            store,
            tasks,
            background,
            last_check: Mutex::default(),
        }
    }

    /// Returns why the store is not ready, if it is not.
    async fn store_failure(&self) -> Option<&'static str> {
        let mut check = self.last_check.lock().await;
        if check.checked_at.is_none_or(|at| at.elapsed() > TTL) {
            // A check that is cancelled halfway must leave no result.
            check.checked_at = None;
            let result = self.store.ping().await;
            check.checked_at = Some(Instant::now());
            check.record(result);
        }
        check.failure
    }
}

impl StoreCheck {
    /// Stores the result of a check, and logs a change at once.
    fn record(&mut self, result: Result<(), StoreError>) {
        let Err(error) = result else {
            if self.failure.take().is_some() {
                tracing::info!("The database can be read and written again");
            }
            return;
        };
        let why = describe(&error);
        let is_new = self.failure != Some(why);
        if is_new || self.logged_at.is_none_or(|at| at.elapsed() >= LOG_INTERVAL) {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(%error, cause, "Not ready");
            self.logged_at = Some(Instant::now());
        }
        self.failure = Some(why);
    }
}

fn describe(error: &StoreError) -> &'static str {
    match error {
        StoreError::DiskFull(_) => {
            "The database cannot be written: the disk is full. What is stored can still be read; \
             nobody can connect or disconnect, and no token can be renewed."
        }
        StoreError::DiskFails(_) => {
            "The database cannot be written: the disk fails or has no room. What is stored can \
             perhaps be read; nobody can connect or disconnect, and no token can be renewed."
        }
        StoreError::Moved => "The database is not where it was: it was moved, replaced or removed.",
        StoreError::TooSlow => "The database takes too long to answer.",
        _ => "The database does not answer.",
    }
}
