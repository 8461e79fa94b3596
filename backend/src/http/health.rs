//! `/healthz`: alive. `/readyz`: able to serve.

use std::time::Duration;

use axum::extract::State;
use http::StatusCode;
use tokio::{sync::Mutex, time::Instant};

use super::{problem::ApiError, state::AppState};

/// Probes are not limited, so whoever asks within this time shares one look at the store.
const BELIEVED_FOR: Duration = Duration::from_millis(250);

/// When the store answered last.
#[derive(Debug, Default)]
pub struct LastLook(Mutex<Option<Instant>>);

/// The process lives.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// The store answers, and no stop is under way.
pub async fn ready(State(app): State<AppState>) -> Result<(StatusCode, &'static str), ApiError> {
    if app.tasks.is_closed() {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, "stopping\n"));
    }
    let mut last = app.last_look.0.lock().await;
    if last.is_none_or(|at| at.elapsed() > BELIEVED_FOR) {
        *last = None;
        app.store.ping().await?;
        *last = Some(Instant::now());
    }
    Ok((StatusCode::OK, "ready\n"))
}
