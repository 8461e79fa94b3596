//! The table of routes.

use axum::{
    Router,
    routing::{delete, get, post},
};

use super::AppState;
use crate::{admin, connection, exchange, http::readiness, login, proxy, session};

/// Returns every route of the API. An application adds its own routes here, or merges them before
/// it puts the [`Edge`](super::Edge) around them.
pub fn api() -> Router<AppState> {
    Router::new()
        .route(
            "/api/session",
            get(session::route::read).delete(session::route::end),
        )
        .route("/api/sessions", get(session::browsers::list))
        .route("/api/sessions/{id}", delete(session::browsers::end))
        .route(
            "/api/login",
            get(login::route::presented).post(login::route::start),
        )
        .route("/api/connections", post(exchange::route::finish))
        .route(
            "/api/connections/{id}",
            get(connection::route::read).delete(connection::route::disconnect),
        )
        .route(
            "/api/connections/{id}/refresh",
            post(connection::route::refresh_now),
        )
        .route("/api/connections/{id}/snyk/{*rest}", get(proxy::route::get))
        .route(
            "/api/admin/session",
            get(admin::route::current)
                .post(admin::route::begin)
                .delete(admin::route::end),
        )
        .route("/api/admin/installs", get(admin::installs::list))
        .route(
            "/api/admin/installs/{id}",
            get(admin::installs::read).delete(admin::installs::disconnect),
        )
        .route("/api/admin/activity", get(admin::activity::list))
        .route("/api/admin/settings", get(admin::settings::read))
        .route("/healthz", get(readiness::alive))
        .route("/readyz", get(readiness::ready))
}
