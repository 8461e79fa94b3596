//! Requires state-changing requests, and all requests with a cookie, to come from our own page
//! (SEC-33). The decision uses headers that browsers set and pages cannot forge: `Sec-Fetch-Site`
//! (W3C Fetch Metadata) and `Origin`. This module also implements cross-origin sharing with the one
//! allowed origin (SEC-35).

use std::sync::Arc;

use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::{
    problem::ApiError,
    rejection_log::{Noted, Rejection, quoted},
};
use crate::config::origin::Origin;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The page shows these texts to users, so they say what to do.
const FOREIGN_ORIGIN: &str = "The page was opened at an address that the server isn’t set up for. \
    Open it at its own address; whoever runs it sets that with PUBLIC_URL and FRONTEND_ORIGIN.";
const FOREIGN_PAGE: &str = "The request doesn’t come from this app’s own page. Open the app at its \
    own address and try again.";
const TWO_ORIGINS: &str = "The request says twice where it comes from.";
const NO_ORIGIN: &str = "The request arrived without the headers that say which page sent it \
    (Sec-Fetch-Site and Origin). A very old browser, an extension or a proxy leaves them out: use \
    a current browser, switch the extension off, or ask whoever runs the proxy to pass them on.";

/// The allowed origins.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    /// The origin of the backend, and that of the single-page app.
    allowed: Arc<[String]>,
    /// The origin of the single-page app, if it differs from the backend's.
    cross_origin: Option<HeaderValue>,
}

impl Origins {
    /// Returns the origins of an installation.
    pub(crate) fn new(backend: &Origin, frontend: &Origin) -> Self {
        Self {
            allowed: [backend, frontend].map(ToString::to_string).into(),
            cross_origin: (backend != frontend)
                .then(|| HeaderValue::try_from(frontend.as_str()).ok())
                .flatten(),
        }
    }

    /// Returns whether a request comes from the single-page app on its separate origin.
    pub(crate) fn is_cross(&self, headers: &HeaderMap) -> bool {
        self.cross_origin.is_some() && headers.get(header::ORIGIN) == self.cross_origin.as_ref()
    }

    /// Describes a rejection for the operator: the origin may be legitimate but not configured.
    fn describe(&self, headers: &HeaderMap) -> Option<String> {
        let origin = headers.get(header::ORIGIN)?;
        let allowed = &self.allowed;
        (!allowed.iter().any(|ours| ours == origin)).then(|| {
            format!(
                "Origin was {}; PUBLIC_URL and FRONTEND_ORIGIN allow {}",
                quoted(origin.as_bytes()),
                allowed.join(" and ")
            )
        })
    }
}

/// The properties of a request that decide whether it is allowed.
#[derive(Clone, Copy, Debug)]
struct RequestSource<'a> {
    is_safe_method: bool,
    has_cookie: bool,
    site: Option<&'a str>,
    origin: Option<&'a str>,
}

impl Origins {
    /// Returns the response to an API request that does not come from an allowed origin, or that is
    /// a preflight request.
    pub(crate) fn early_response(&self, request: &Request) -> Option<Response> {
        let headers = request.headers();
        // Rejects duplicates: this server would trust one of the two values, and a proxy may have
        // trusted the other.
        if [SEC_FETCH_SITE, header::ORIGIN]
            .iter()
            .any(|name| headers.get_all(name).iter().count() > 1)
        {
            return Some(self.refusal(TWO_ORIGINS, headers));
        }
        let is_preflight = request.method() == Method::OPTIONS
            && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        match check(request_source(request.method(), headers), &self.allowed) {
            Err(why) => Some(self.refusal(why, headers)),
            Ok(()) => (is_preflight && self.is_cross(headers)).then(preflight),
        }
    }

    fn refusal(&self, why: &'static str, headers: &HeaderMap) -> Response {
        let words = match why {
            NO_ORIGIN => "without an origin",
            TWO_ORIGINS => "with two origins",
            _ => "sent by another page",
        };
        let mut response = ApiError::Forbidden(why).into_response();
        response.extensions_mut().insert(Rejection {
            why,
            about: self.describe(headers),
            noted: Some(Noted::Refused(words)),
        });
        response
    }

    /// Adds the CORS headers with which our page on another origin can read an API response,
    /// including a rejection. `is_cross` tells whether the request came from that page.
    pub(crate) fn add_cors_headers(&self, headers: &mut HeaderMap, is_cross: bool) {
        let Some(origin) = &self.cross_origin else {
            return;
        };
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        if is_cross {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(
                header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
                HeaderValue::from_static("true"),
            );
            headers.insert(
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                HeaderValue::from_static(
                    "date, retry-after, revocation, snyk-request-id, x-request-id",
                ),
            );
        }
    }
}

fn preflight() -> Response {
    (
        StatusCode::NO_CONTENT,
        [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ],
    )
        .into_response()
}

fn request_source<'a>(method: &Method, headers: &'a HeaderMap) -> RequestSource<'a> {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    RequestSource {
        is_safe_method: matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS),
        has_cookie: headers.contains_key(header::COOKIE),
        site: text(SEC_FETCH_SITE),
        origin: text(header::ORIGIN),
    }
}

fn check(source: RequestSource<'_>, allowed: &[String]) -> Result<(), &'static str> {
    let is_allowed = |origin: &str| allowed.iter().any(|ours| ours == origin);
    match source.origin {
        Some(origin) if !is_allowed(origin) => return Err(FOREIGN_ORIGIN),
        Some(_) => return Ok(()),
        None => {}
    }
    match source.site {
        Some("same-origin") => Ok(()),
        Some("none") if source.is_safe_method => Ok(()),
        _ if source.is_safe_method && !source.has_cookie => Ok(()),
        Some(_) => Err(FOREIGN_PAGE),
        None => Err(NO_ORIGIN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_33_table_of_who_may_ask() {
        let ours = ["https://app.example".to_owned()];
        let is_allowed = |is_safe_method, has_cookie, site, origin| {
            check(
                RequestSource {
                    is_safe_method,
                    has_cookie,
                    site,
                    origin,
                },
                &ours,
            )
            .is_ok()
        };
        let own = Some("https://app.example");
        for is_safe_method in [true, false] {
            for has_cookie in [true, false] {
                let is_harmless = is_safe_method && !has_cookie;
                assert!(is_allowed(
                    is_safe_method,
                    has_cookie,
                    Some("same-origin"),
                    None
                ));
                assert!(is_allowed(
                    is_safe_method,
                    has_cookie,
                    Some("same-site"),
                    own
                ));
                assert!(is_allowed(is_safe_method, has_cookie, None, own));
                assert_eq!(
                    is_allowed(is_safe_method, has_cookie, Some("same-site"), None),
                    is_harmless
                );
                assert_eq!(
                    is_allowed(is_safe_method, has_cookie, Some("cross-site"), None),
                    is_harmless
                );
                assert_eq!(
                    is_allowed(is_safe_method, has_cookie, Some("none"), None),
                    is_safe_method
                );
                assert_eq!(
                    is_allowed(is_safe_method, has_cookie, None, None),
                    is_harmless
                );
                for foreign in [
                    "null",
                    "https://evil.example",
                    "https://app.example.evil.example",
                    "https://app.example.",
                    "http://app.example",
                    "https://app.example:8443",
                    "HTTPS://APP.EXAMPLE",
                ] {
                    for site in [None, Some("same-origin"), Some("none")] {
                        assert!(
                            !is_allowed(is_safe_method, has_cookie, site, Some(foreign)),
                            "{foreign}"
                        );
                    }
                }
            }
        }
    }
}
