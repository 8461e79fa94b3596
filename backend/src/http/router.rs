//! The table of routes, and the layers around them, in order.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use http::{HeaderMap, HeaderValue, header};
use tower_http::catch_panic::CatchPanicLayer;

use super::{
    body_limit, client_ip::ClientNetwork, error_page, framing, health, host, json,
    problem::ApiError, rejection_log::Rejection, request_id, same_origin, security_headers, spa,
    state::AppState,
};
use crate::{config::Config, connection, exchange, login, proxy, refresh, session};

/// Every route of the API. A developer's own routes go beside these, or are merged by
/// [`with_layers`]'s caller.
pub fn api() -> Router<AppState> {
    Router::new()
        .route(
            "/api/session",
            get(session::route::read).delete(session::route::end),
        )
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
            post(refresh::route::refresh_now),
        )
        .route("/api/connections/{id}/snyk/{*rest}", get(proxy::route::get))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
}

/// Puts the layers around the routes: the last one here sees a request first.
pub fn with_layers(
    routes: Router<AppState>,
    app: AppState,
    config: &Config,
) -> std::io::Result<Router> {
    let own = config.public_url.origin().ascii_serialization();
    let cross = (own != config.frontend_origin)
        .then(|| HeaderValue::try_from(&config.frontend_origin).ok())
        .flatten();
    let origins = same_origin::Origins {
        allowed: [own, config.frontend_origin.clone()].into(),
        cross: cross.clone(),
    };
    let headers = security_headers::Headers::of(config);
    let spa = config.frontend_dir.clone().map(spa::Spa::new).transpose()?;
    let fallback = move |request: Request| async move {
        match spa {
            Some(spa) if !is_api(request.uri().path()) => spa.serve(request).await,
            _ => ApiError::NotFound.into_response(),
        }
    };
    Ok(routes
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
        .fallback(fallback)
        .layer(DefaultBodyLimit::max(body_limit::MAX_BODY))
        .layer(CatchPanicLayer::custom(|_| {
            ApiError::Internal("a handler panicked".to_owned()).into_response()
        }))
        .layer(from_fn(only_json_for_api))
        .layer(from_fn(body_limit::layer))
        .layer(from_fn_with_state(
            host::Hosts::of(&config.public_url),
            host::layer,
        ))
        .layer(from_fn_with_state(origins.clone(), only_api_from_us))
        // Outside of the check of origins: who is refused there is counted too.
        .layer(from_fn_with_state(app.clone(), rate_limit))
        // Outside of all refusals, so that a page of ours on another origin can read them too.
        .layer(from_fn_with_state(origins, same_origin::share))
        .layer(from_fn(framing::layer))
        .layer(from_fn_with_state(app.clone(), close_at_stop))
        .layer(from_fn(error_page::layer))
        .layer(from_fn_with_state(headers, security_headers::layer))
        .layer(from_fn(request_id::layer))
        .with_state(app))
}

/// The headers of every answer, for those that no route gives.
#[must_use]
pub fn headers_of_refusals(config: &Config) -> HeaderMap {
    let mut headers = HeaderMap::new();
    security_headers::Headers::of(config).put(&mut headers, true);
    headers
}

/// Whether a path is the API's, or the page's.
pub(super) fn is_api(path: &str) -> bool {
    path.split('/').nth(1) == Some("api")
}

async fn only_json_for_api(request: Request, next: Next) -> Response {
    if is_api(request.uri().path()) {
        json::only_json(request, next).await
    } else {
        next.run(request).await
    }
}

/// The check of origins is for the API: documents and files are open to anyone who asks.
async fn only_api_from_us(
    origins: State<same_origin::Origins>,
    request: Request,
    next: Next,
) -> Response {
    if is_api(request.uri().path()) {
        same_origin::layer(origins, request, next).await
    } else {
        next.run(request).await
    }
}

async fn rate_limit(
    State(app): State<AppState>,
    client: ClientNetwork,
    request: Request,
    next: Next,
) -> Response {
    // Who watches over the server shares an address with whoever else comes through it.
    let allowed = if host::is_probe(request.uri().path()) {
        Ok(())
    } else {
        app.limits.anything(client)
    };
    let response = match allowed {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    if let Some(refused) = response.extensions().get::<Rejection>() {
        app.rejection_log.record(client, refused.clone());
    }
    response
}

/// From the moment that readiness is red each answer ends its connection, so that whoever keeps
/// connections goes elsewhere, and none is closed later without a word (REL-7).
async fn close_at_stop(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if app.tasks.is_closed() {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
