//! The headers that every answer carries, errors too (SEC-36, SEC-60 to SEC-62).

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::router;
use crate::config::Config;

/// What differs between installations.
#[derive(Clone, Copy, Debug)]
pub(super) struct Headers {
    /// Whether the public address is https.
    pub(super) https: bool,
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
            https: config.public_url.scheme() == "https",
            cross_origin: own != config.frontend_origin,
        }
    }
}

/// Adds the headers; what an answer says about its own caching stays.
pub(super) async fn layer(State(config): State<Headers>, request: Request, next: Next) -> Response {
    let is_api = router::is_api(request.uri().path());
    let mut response = next.run(request).await;
    config.put(response.headers_mut(), is_api);
    response
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
        if self.https {
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
    }
}
