//! The table of routes.

use axum::Router;

use super::AppState;
use crate::{
    admin, connection, exchange,
    http::readiness,
    login,
    openapi::{self, Routes},
    proxy, session,
};

/// Returns every route of the API. An application adds its own routes here, or merges them before
/// it puts the [`Edge`](super::Edge) around them.
pub fn api() -> Router<AppState> {
    table().into_router()
}

/// Returns the table: every route with its description in the `OpenAPI` document. Routes that are
/// added here are documented; those that are merged later are not.
#[must_use]
pub fn table() -> Routes<AppState> {
    use openapi::{
        admin as administration, connections, login as attempts, probes, proxy as reads,
        session as sessions,
    };
    Routes::default()
        .get("/api/session", session::route::read, sessions::read())
        .delete("/api/session", session::route::end, sessions::end())
        .get("/api/sessions", session::browsers::list, sessions::list())
        .delete(
            "/api/sessions/{id}",
            session::browsers::end,
            sessions::end_other(),
        )
        .get("/api/login", login::route::presented, attempts::presented())
        .post("/api/login", login::route::start, attempts::start())
        .post(
            "/api/connections",
            exchange::route::finish,
            attempts::finish(),
        )
        .get(
            "/api/connections/{id}",
            connection::route::read,
            connections::read(),
        )
        .delete(
            "/api/connections/{id}",
            connection::route::disconnect,
            connections::disconnect(),
        )
        .post(
            "/api/connections/{id}/refresh",
            connection::route::refresh_now,
            connections::refresh(),
        )
        .get_each(
            "/api/connections/{id}/snyk/{*rest}",
            proxy::route::get,
            reads::each(),
        )
        .get(
            "/api/admin/session",
            admin::route::current,
            administration::current(),
        )
        .post(
            "/api/admin/session",
            admin::route::begin,
            administration::begin(),
        )
        .delete(
            "/api/admin/session",
            admin::route::end,
            administration::end(),
        )
        .get(
            "/api/admin/installs",
            admin::installs::list,
            administration::installs(),
        )
        .get(
            "/api/admin/installs/{id}",
            admin::installs::read,
            administration::install(),
        )
        .delete(
            "/api/admin/installs/{id}",
            admin::installs::disconnect,
            administration::disconnect(),
        )
        .get(
            "/api/admin/activity",
            admin::activity::list,
            administration::activity(),
        )
        .get(
            "/api/admin/settings",
            admin::settings::read,
            administration::settings(),
        )
        .get("/healthz", readiness::alive, probes::alive())
        .get("/readyz", readiness::ready, probes::ready())
}
