//! `/healthz`: alive. `/readyz`: able to serve.

use axum::extract::State;
use http::StatusCode;

use super::{problem::ApiError, state::AppState};

/// The process lives.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// The store answers, and no stop is under way.
pub async fn ready(State(app): State<AppState>) -> Result<(StatusCode, &'static str), ApiError> {
    if app.tasks.is_closed() {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, "stopping\n"));
    }
    app.store.ping().await?;
    Ok((StatusCode::OK, "ready\n"))
}
