//! The table of routes and the ordered list of layers around them.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use http::{HeaderMap, HeaderValue, header};
use tower_http::catch_panic::CatchPanicLayer;

use super::AppState;
use crate::{
    config::{Config, server::Server},
    connection, exchange,
    http::{
        body_limit, client_ip::Client, error_page, framing, health, host, is_api, json,
        problem::ApiError, rejection_log::Rejection, request_id, same_origin, security_headers,
        spa,
    },
    login, proxy, session,
};

/// Returns every route of the API. An application adds its own routes here, or merges them before
/// it calls [`with_layers`].
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
            post(connection::route::refresh_now),
        )
        .route("/api/connections/{id}/snyk/{*rest}", get(proxy::route::get))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
}

/// Wraps the routes in the layers. The last layer here handles a request first.
pub fn with_layers(
    routes: Router<AppState>,
    app: AppState,
    config: &Config,
) -> std::io::Result<Router> {
    let server = &config.server;
    let (backend, frontend) = (&server.public_url, &server.frontend_origin);
    let cross_origin = (backend != frontend)
        .then(|| HeaderValue::try_from(frontend.as_str()).ok())
        .flatten();
    let origins = same_origin::Origins {
        allowed: [backend, frontend].map(ToString::to_string).into(),
        cross_origin,
    };
    let headers = security_headers::Headers::new(backend, frontend);
    let spa = server.frontend_dir.clone().map(spa::Spa::new).transpose()?;
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
        .layer(from_fn(require_json_for_api))
        .layer(from_fn(body_limit::layer))
        .layer(from_fn_with_state(
            host::Hosts::new(backend),
            host::layer,
        ))
        .layer(from_fn_with_state(origins.clone(), check_origin_for_api))
        // Outside the origin check, so that requests rejected there count too.
        .layer(from_fn_with_state(app.clone(), apply_rate_limit))
        // Outside all rejections, so that our page on another origin can read them too.
        .layer(from_fn_with_state(origins, same_origin::cors_headers))
        .layer(from_fn(framing::layer))
        .layer(from_fn_with_state(app.clone(), close_while_stopping))
        .layer(from_fn(error_page::layer))
        .layer(from_fn_with_state(headers, security_headers::layer))
        .layer(from_fn(request_id::layer))
        .with_state(app))
}

/// Returns the headers of every response, for responses that no route produces.
#[must_use]
pub fn error_response_headers(config: &Config) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let Server {
        public_url,
        frontend_origin,
        ..
    } = &config.server;
    security_headers::Headers::new(public_url, frontend_origin).insert_into(&mut headers, true);
    headers
}

async fn require_json_for_api(request: Request, next: Next) -> Response {
    if is_api(request.uri().path()) {
        json::require_json(request, next).await
    } else {
        next.run(request).await
    }
}

/// Checks the origin of API requests only: documents and files are public.
async fn check_origin_for_api(
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

async fn apply_rate_limit(
    State(app): State<AppState>,
    Client(client): Client,
    request: Request,
    next: Next,
) -> Response {
    // Probes may come through a proxy and share its address with other clients.
    let allowed = if host::is_probe(request.uri().path()) {
        Ok(())
    } else {
        app.parts().limits.any_request(client)
    };
    let response = match allowed {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    if let Some(rejection) = response.extensions().get::<Rejection>() {
        app.parts().rejection_log.record(client, rejection.clone());
    }
    response
}

/// Closes the connection after each response once readiness is red. Clients that keep connections
/// alive then move elsewhere, and no connection is closed later without notice (REL-7).
async fn close_while_stopping(
    State(app): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if app.parts().tasks.is_closed() {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
