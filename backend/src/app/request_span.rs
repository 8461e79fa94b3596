//! The span of a request, by the conventions of OpenTelemetry for HTTP servers.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request};
use domain::net::TrustedProxies;
use http::{HeaderValue, Method, StatusCode};

use crate::traces::{Kind, Span};

/// The templates of the routes in [`router`](super::router). An address is never in a span, since it has ids.
const TEMPLATES: [&str; 16] = [
    "/api/openapi.json",
    "/api/admin/session",
    "/api/admin/installs",
    "/api/admin/installs/{id}",
    "/api/admin/activity",
    "/api/admin/settings",
    "/api/session",
    "/api/sessions",
    "/api/sessions/{id}",
    "/api/login",
    "/api/connections",
    "/api/connections/{id}",
    "/api/connections/{id}/refresh",
    "/api/connections/{id}/snyk/{*rest}",
    "/healthz",
    "/readyz",
];

/// Begins the span of a request. It continues the trace of the caller if that is a trusted proxy.
pub(super) fn begin(request: &Request, trusted: &TrustedProxies) -> Span {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let caller = match peer {
        Some(peer) if trusted.trusts(peer.0.ip()) => Span::of_caller(request.headers()),
        _ => Span::none(),
    };
    let method = known_method(request.method());
    let route = template(request.uri().path());
    let span = match route {
        Some(route) => Span::begin(format!("{method} {route}"), Kind::Server, &caller),
        None => Span::begin(method, Kind::Server, &caller),
    };
    span.set("http.request.method", method);
    if let Some(route) = route {
        span.set("http.route", route);
    }
    span
}

/// Ends the span of a request.
pub(super) fn end(span: &Span, status: StatusCode, request_id: &HeaderValue) {
    if let Ok(request_id) = request_id.to_str() {
        span.set("snyk_app.request_id", request_id.to_owned());
    }
    span.set("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.fail("server_error");
    }
    span.end();
}

/// Returns the name of a method; a client may invent others.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        _ => "_OTHER",
    }
}

/// Returns the template that a path matches, if it is that of a route.
fn template(path: &str) -> Option<&'static str> {
    TEMPLATES
        .into_iter()
        .find(|template| matches(template, path))
}

fn matches(template: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let Some(segment) = segments.next() else {
            return false;
        };
        match expected {
            "{*rest}" => return !segment.is_empty(),
            "{id}" if !segment.is_empty() => {}
            expected if expected == segment => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_73_a_path_is_known_by_its_template_only() {
        for (path, expected) in [
            ("/api/session", Some("/api/session")),
            ("/api/admin/installs/01J", Some("/api/admin/installs/{id}")),
            ("/api/admin", None),
            ("/api/connections/01J/", None),
            ("/api/connections/01J", Some("/api/connections/{id}")),
            ("/api/connections/", None),
            (
                "/api/connections/01J/snyk/rest/orgs/x",
                Some("/api/connections/{id}/snyk/{*rest}"),
            ),
            ("/api/connections/01J/snyk/", None),
            ("/callback", None),
            ("/connections/01J/projects", None),
            ("/readyz", Some("/readyz")),
        ] {
            assert_eq!(template(path), expected, "{path}");
        }
    }

    #[test]
    fn every_route_has_its_template() {
        let quoted = include_str!("router.rs").split('"');
        let mut routes: Vec<_> = quoted
            .filter(|text| text.starts_with('/') && !text.contains(' '))
            .collect();
        // The document of all routes is no route of the table.
        routes.push("/api/openapi.json");
        routes.sort_unstable();
        // A path has an entry for each method.
        routes.dedup();
        let mut templates = TEMPLATES;
        templates.sort_unstable();
        assert_eq!(routes, templates);
    }
}
