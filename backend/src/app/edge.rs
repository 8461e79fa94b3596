//! The edge of the server: what every request passes on its way to the routes, and every response on
//! its way back.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    response::{IntoResponse as _, Response},
};
use domain::net::ClientNetwork;
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use shared::problem::Problem;
use tower::Service as _;

use super::{AppState, request_span};
use crate::{
    config::Config,
    http::{
        body_limit, client_ip, error_page, framing,
        host::{self, Hosts},
        is_api, json,
        problem::ApiError,
        rejection_log::Rejection,
        same_origin::Origins,
        security_headers::Headers,
        spa::Spa,
    },
    metrics::{self, Route},
    request_context::RequestContext,
    traces::{self, Span},
};

/// The response header that carries the request id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The routes behind the checks that every request passes. A clone is two pointers.
///
/// It is one function in place of a stack of layers: the order can be read, and each layer would
/// clone all layers inside it for each request.
#[derive(Clone, Debug)]
pub struct Edge {
    rules: Arc<Rules>,
    routes: Router,
}

#[derive(Debug)]
struct Rules {
    app: AppState,
    headers: Headers,
    origins: Origins,
    hosts: Hosts,
}

impl Edge {
    /// Puts the edge around routes, such as those of [`api`](super::router::api), and serves the
    /// single-page app at every other path.
    ///
    /// # Errors
    ///
    /// If the document of the single-page app cannot be read.
    pub fn new(routes: Router<AppState>, app: AppState, config: &Config) -> std::io::Result<Self> {
        let server = &config.server;
        let spa = Spa::open(&server.frontend)?;
        let fallback = move |request: Request| async move {
            match spa {
                Some(spa) if !is_api(request.uri().path()) => spa.serve(request).await,
                _ => ApiError::NotFound.into_response(),
            }
        };
        Ok(Self {
            routes: routes
                .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
                .fallback(fallback)
                .with_state(app.clone()),
            rules: Arc::new(Rules {
                headers: Headers::new(&server.public_url, &server.frontend_origin),
                origins: Origins::new(&server.public_url, &server.frontend_origin),
                hosts: Hosts::new(&server.public_url),
                app,
            }),
        })
    }

    /// Returns the headers of every response, for responses that no route produces.
    #[must_use]
    pub fn common_headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        self.rules.headers.insert_into(&mut headers, true);
        headers
    }

    /// Responds to a request. It gets a new id, which is in every log line of the request, in a
    /// header of the response and in every problem.
    pub async fn respond(&self, request: Request) -> Response {
        let began = Instant::now();
        let route = Route::of(request.uri().path());
        let span = if traces::is_on() {
            request_span::begin(&request, &self.rules.app.parts().trusted_proxies)
        } else {
            Span::none()
        };
        let context = RequestContext::new(request.method().clone(), request.uri().clone())
            .with_span(span.clone());
        let id = context.header_value();
        let mut response = context.scope(self.respond_in_context(request)).await;
        if span.is_some() {
            request_span::end(&span, response.status(), &id);
        }
        response.headers_mut().insert(REQUEST_ID, id);
        let problem = response.extensions().get::<Problem>();
        let code = problem.map(|problem| problem.code);
        metrics::request_answered(route, response.status(), code, began.elapsed());
        response
    }

    async fn respond_in_context(&self, request: Request) -> Response {
        let rules = &*self.rules;
        let is_api = is_api(request.uri().path());
        let asks_for_page =
            error_page::asks_for_page(request.method(), request.uri(), request.headers());
        let headers = rules.headers.for_request(&request);
        let mut response = match framing::rejection(&request) {
            Some(rejection) => rejection,
            None => self.respond_within_limits(request, is_api).await,
        };
        if asks_for_page {
            response = error_page::convert(response);
        }
        // Once readiness is red, each connection closes after its response. Clients that keep
        // connections alive then move elsewhere, and none is closed later without notice (REL-7).
        if rules.app.parts().tasks.is_closed() {
            response
                .headers_mut()
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        headers.insert_into(response.headers_mut(), is_api);
        response
    }

    /// Responds with the checks that count rejections. Our page on another origin can read the
    /// rejections too.
    async fn respond_within_limits(&self, request: Request, is_api: bool) -> Response {
        let rules = &*self.rules;
        let parts = rules.app.parts();
        let is_cross = is_api && rules.origins.is_cross(request.headers());
        let client = client_ip::client(
            request.extensions(),
            request.headers(),
            &parts.trusted_proxies,
        );
        let mut response = match rules.early_response(&request, client, is_api) {
            Some(response) => response,
            None => self.route(request, is_api).await,
        };
        if let Some(rejection) = response.extensions().get::<Rejection>() {
            parts.rejection_log.record(client, rejection.clone());
        }
        if is_api {
            rules
                .origins
                .add_cors_headers(response.headers_mut(), is_cross);
        }
        response
    }

    async fn route(&self, request: Request, is_api: bool) -> Response {
        let mut request = match body_limit::admit(request) {
            Ok(request) => request,
            Err(error) => return error.into_response(),
        };
        if is_api && json::has_other_body(request.headers()) {
            return ApiError::UnsupportedMediaType.into_response();
        }
        DefaultBodyLimit::max(body_limit::MAX_BODY).apply(&mut request);
        let mut routes = self.routes.clone();
        match AssertUnwindSafe(routes.call(request)).catch_unwind().await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(_) => ApiError::Internal("a handler panicked".to_owned()).into_response(),
        }
    }
}

impl Rules {
    /// Returns the response to a request that is rejected, or to a preflight, which needs no route.
    /// Documents and files are public, so that the origin of API requests only is checked.
    fn early_response(
        &self,
        request: &Request,
        client: ClientNetwork,
        is_api: bool,
    ) -> Option<Response> {
        // Probes may come through a proxy and share its address with other clients.
        if !host::is_probe(request.uri().path())
            && let Err(error) = self.app.parts().limits.any_request(client)
        {
            return Some(error.into_response());
        }
        if is_api && let Some(response) = self.origins.early_response(request) {
            return Some(response);
        }
        self.hosts.rejection(request)
    }
}
