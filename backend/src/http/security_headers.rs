//! The headers that every answer carries, errors too (SEC-36, SEC-60 to SEC-62).

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use url::{Host, Url};

use super::{host, router};
use crate::config::{Config, is_loopback};

/// What differs between installations.
#[derive(Clone, Copy, Debug)]
pub(super) struct Headers {
    /// Whether browsers may be told to use nothing but https here.
    pub(super) hsts: bool,
    /// Whether the single-page app lies on another origin.
    pub(super) cross_origin: bool,
}

/// The policy of what is no page of ours.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// The policy for the single-page app: everything from here, scripts also by hash, no framing, no
/// forms, nothing inline.
pub(super) fn content_security_policy(script_hashes: &[String]) -> HeaderValue {
    let mut scripts = "'self' 'wasm-unsafe-eval'".to_owned();
    for hash in script_hashes {
        scripts.push_str(" '");
        scripts.push_str(hash);
        scripts.push('\'');
    }
    let policy = format!(
        "default-src 'none'; script-src {scripts}; style-src 'self'; \
         img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; object-src 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static(NOTHING))
}

impl Headers {
    /// Those of this installation.
    pub(super) fn of(config: &Config) -> Self {
        let own = config.public_url.origin().ascii_serialization();
        Self {
            hsts: is_pinnable(&config.public_url),
            cross_origin: own != config.frontend_origin,
        }
    }
}

/// Whether a name may be pinned to https. A browser does that for all ports of the name and for years,
/// which would lock every other program of this computer out.
fn is_pinnable(url: &Url) -> bool {
    // Browsers pin names only (RFC 6797, section 8.1.1).
    url.scheme() == "https" && matches!(url.host(), Some(Host::Domain(_))) && !is_loopback(url)
}

/// Adds the headers; what an answer says about its own caching stays.
pub(super) async fn layer(State(config): State<Headers>, request: Request, next: Next) -> Response {
    let is_api = router::is_api(request.uri().path());
    // Probes and refusals are answered under any name.
    let asked_by =
        host::named(&request).and_then(|host| Url::parse(&format!("https://{host}")).ok());
    let hsts = config.hsts && asked_by.is_none_or(|url| is_pinnable(&url));
    let mut response = next.run(request).await;
    Headers { hsts, ..config }.put(response.headers_mut(), is_api);
    response
}

/// What is between us and the browser may not rewrite answers (RFC 9111, section 5.2.2.6): an
/// optimizer that minifies or injects breaks the page's integrity hashes and its policy.
fn forbid_transformation(headers: &mut HeaderMap) {
    let caching = headers
        .get(header::CACHE_CONTROL)
        .and_then(|caching| caching.to_str().ok())
        .unwrap_or_default();
    if !caching.contains("no-transform")
        && let Ok(caching) = HeaderValue::try_from(format!("{caching}, no-transform"))
    {
        headers.insert(header::CACHE_CONTROL, caching);
    }
}

impl Headers {
    /// Puts them on an answer of the API, or on another.
    pub(super) fn put(self, headers: &mut HeaderMap, is_api: bool) {
        let mut set = |name: HeaderName, value: &'static str| {
            headers.insert(name, HeaderValue::from_static(value));
        };
        set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(header::REFERRER_POLICY, "no-referrer");
        set(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        );
        set(
            HeaderName::from_static("cross-origin-resource-policy"),
            if self.cross_origin {
                "same-site"
            } else {
                "same-origin"
            },
        );
        set(header::X_FRAME_OPTIONS, "DENY");
        set(
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        );
        if self.hsts {
            set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000");
        }
        if is_api {
            set(header::CACHE_CONTROL, "no-store");
            set(header::CONTENT_SECURITY_POLICY, NOTHING);
        } else {
            // The document says its own.
            headers
                .entry(header::CONTENT_SECURITY_POLICY)
                .or_insert(HeaderValue::from_static(NOTHING));
            headers
                .entry(header::CACHE_CONTROL)
                .or_insert(HeaderValue::from_static("no-store"));
        }
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
