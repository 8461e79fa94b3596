//! Security headers of every response, including errors (SEC-36, SEC-60 to SEC-62).

use axum::extract::Request;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use page_headers::NO_TRANSFORM;
use url::{Host, Url};

use super::host;
use crate::config::origin::{Origin, is_loopback};

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

// Constants, so that they are checked when this is compiled and not for each response.
const NOSNIFF: HeaderValue = HeaderValue::from_static(page_headers::CONTENT_TYPE_OPTIONS);
const NO_REFERRER: HeaderValue = HeaderValue::from_static(page_headers::REFERRER_POLICY);
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static(page_headers::OPENER_POLICY);
const SAME_SITE: HeaderValue = HeaderValue::from_static("same-site");
const DENY: HeaderValue = HeaderValue::from_static(page_headers::FRAME_OPTIONS);
const NO_PERMISSIONS: HeaderValue = HeaderValue::from_static(page_headers::PERMISSIONS_POLICY);
const TWO_YEARS: HeaderValue = HeaderValue::from_static(page_headers::TRANSPORT_SECURITY);
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NO_STORE_NO_TRANSFORM: HeaderValue = HeaderValue::from_static("no-store, no-transform");
/// The content security policy of responses that are not pages.
pub(crate) const DENY_ALL: HeaderValue = HeaderValue::from_static(page_headers::DENY_ALL);

/// Space for all headers of a response of the API, so that they are inserted without growing.
const MAX_COUNT: usize = 16;

/// The headers that depend on the installation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Headers {
    /// Whether to send HSTS, which restricts browsers to https on this host.
    hsts: bool,
    /// Whether the single-page app is on another origin.
    cross_origin: bool,
}

/// Returns whether a host may be pinned to https. A browser pins all ports of a name for years, so
/// pinning a loopback name would break every other local server.
fn is_pinnable(url: &Url) -> bool {
    // Browsers pin names only, not IP addresses (RFC 6797, section 8.1.1).
    url.scheme() == "https" && matches!(url.host(), Some(Host::Domain(_))) && !is_loopback(url)
}

/// Adds `no-transform` to `Cache-Control`, so that intermediaries do not rewrite responses.
fn forbid_transformation(headers: &mut HeaderMap) {
    let caching = headers
        .get(header::CACHE_CONTROL)
        .and_then(|caching| caching.to_str().ok())
        .unwrap_or_default();
    if !caching.contains(NO_TRANSFORM)
        && let Ok(caching) = HeaderValue::try_from(format!("{caching}, {NO_TRANSFORM}"))
    {
        headers.insert(header::CACHE_CONTROL, caching);
    }
}

impl Headers {
    /// Derives the headers from the origins of the backend and of the single-page app.
    pub(crate) fn new(backend: &Origin, frontend: &Origin) -> Self {
        Self {
            hsts: is_pinnable(backend.root()),
            cross_origin: backend != frontend,
        }
    }

    /// Returns the headers for the response to a request. Probes and rejections are sent under any
    /// host name, and HSTS only for a name that may be pinned.
    pub(crate) fn for_request(self, request: &Request) -> Self {
        let may_pin = || {
            host::requested_host(request)
                .and_then(|host| Url::parse(&format!("https://{host}")).ok())
                .is_none_or(|url| is_pinnable(&url))
        };
        Self {
            hsts: self.hsts && may_pin(),
            ..self
        }
    }

    /// Inserts the headers into a response of the API, or into another response. A `Cache-Control`
    /// header that a response outside the API already has is kept.
    pub(crate) fn insert_into(self, headers: &mut HeaderMap, is_api: bool) {
        headers.reserve(MAX_COUNT);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
        headers.insert(header::REFERRER_POLICY, NO_REFERRER);
        headers.insert(OPENER_POLICY, SAME_ORIGIN);
        let readers = if self.cross_origin {
            SAME_SITE
        } else {
            SAME_ORIGIN
        };
        headers.insert(RESOURCE_POLICY, readers);
        headers.insert(header::X_FRAME_OPTIONS, DENY);
        headers.insert(PERMISSIONS_POLICY, NO_PERMISSIONS);
        if self.hsts {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, TWO_YEARS);
        }
        if is_api {
            headers.insert(header::CACHE_CONTROL, NO_STORE_NO_TRANSFORM);
            headers.insert(header::CONTENT_SECURITY_POLICY, DENY_ALL);
            return;
        }
        // The document sets its own policy.
        headers
            .entry(header::CONTENT_SECURITY_POLICY)
            .or_insert(DENY_ALL);
        headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
        forbid_transformation(headers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_61_names_of_this_computer_are_never_pinned_to_https() {
        for (url, is_pinned) in [
            ("https://app.example", true),
            ("https://app.example:8443", true),
            ("https://notlocalhost", true),
            ("https://localhost.example", true),
            ("http://app.example", false),
            ("https://localhost", false),
            ("https://localhost:3000", false),
            ("https://LocalHost:3000", false),
            ("https://localhost.:3000", false),
            ("https://app.localhost", false),
            ("https://a.b.localhost.", false),
            ("https://127.0.0.1:3000", false),
            ("https://127.1.2.3", false),
            ("https://0.0.0.0:3000", false),
            ("https://[::1]:3000", false),
            ("https://[::ffff:127.0.0.1]", false),
            ("https://192.0.2.1", false),
        ] {
            assert_eq!(is_pinnable(&Url::parse(url).unwrap()), is_pinned, "{url}");
        }
    }
}
