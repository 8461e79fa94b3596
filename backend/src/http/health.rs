//! `/healthz`: alive. `/readyz`: able to serve, or what is in the way of it, in words that tell a
//! stranger no path and no version (SEC-65).

use std::time::Duration;

use axum::extract::State;
use http::StatusCode;
use tokio::{sync::Mutex, time::Instant};

use super::{problem::ApiError, state::AppState};
use crate::store::StoreError;

/// Probes are not limited, so whoever asks within this time shares one look at the store.
const TTL: Duration = Duration::from_millis(250);
/// A store that keeps failing is told in the log this often.
const LOG_EVERY: Duration = Duration::from_mins(1);

/// What the last look at the store showed.
#[derive(Debug, Default)]
pub struct ReadinessCache(Mutex<Readiness>);

#[derive(Debug, Default)]
struct Readiness {
    checked_at: Option<Instant>,
    failure: Option<&'static str>,
    logged_at: Option<Instant>,
}

/// The process lives.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// The store answers and can be written, and no stop is under way.
pub async fn ready(State(app): State<AppState>) -> Result<(StatusCode, &'static str), ApiError> {
    if app.tasks.is_closed() {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, "stopping\n"));
    }
    let mut state = app.readiness.0.lock().await;
    if state.checked_at.is_none_or(|at| at.elapsed() > TTL) {
        // A look that is given up halfway shows nothing.
        state.checked_at = None;
        let found = app.store.ping().await;
        state.checked_at = Some(Instant::now());
        state.note(found);
    }
    match state.failure {
        None => Ok((StatusCode::OK, "ready\n")),
        Some(why) => Err(ApiError::NotReady(why)),
    }
}

impl Readiness {
    /// Keeps what was found, and tells the log of a change at once.
    fn note(&mut self, found: Result<(), StoreError>) {
        let Err(error) = found else {
            if self.failure.take().is_some() {
                tracing::info!("The database can be read and written again");
            }
            return;
        };
        let why = in_words(&error);
        let is_news = self.failure != Some(why);
        if is_news || self.logged_at.is_none_or(|at| at.elapsed() >= LOG_EVERY) {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(%error, cause, "Not ready");
            self.logged_at = Some(Instant::now());
        }
        self.failure = Some(why);
    }
}

fn in_words(error: &StoreError) -> &'static str {
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
