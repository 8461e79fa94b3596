//! Selects the provider's headers that are passed to the browser (SEC-56). None of the browser's
//! headers are passed to the provider: the request is built from scratch (SEC-55).

use http::{HeaderMap, HeaderName, header};
use jiff::Timestamp;

use crate::retry_after::retry_after;

/// The headers that describe the answer to a page, and nothing else.
const ALLOWED: [HeaderName; 9] = [
    HeaderName::from_static("x-ratelimit-reset"),
    HeaderName::from_static("snyk-request-id"),
    HeaderName::from_static("snyk-version-requested"),
    HeaderName::from_static("snyk-version-served"),
    HeaderName::from_static("snyk-version-lifecycle-stage"),
    HeaderName::from_static("deprecation"),
    HeaderName::from_static("sunset"),
    header::CONTENT_TYPE,
    // Only one that was asked for, since the browser accepts it.
    header::CONTENT_ENCODING,
];

/// Space for these, and for those that every response gets.
const CAPACITY: usize = 32;

/// Returns the allowed headers. `Retry-After` is normalized to seconds and clamped; an unreadable
/// one is dropped.
pub(super) fn passed(upstream: &HeaderMap, now: Timestamp) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(CAPACITY);
    for name in &ALLOWED {
        if let Some(value) = upstream.get(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
    if let Some(after) = retry_after(upstream, now) {
        headers.insert(header::RETRY_AFTER, after.as_secs().into());
    }
    headers
}

/// Returns whether the provider's answer is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let essence = kind
        .and_then(|kind| kind.split(';').next())
        .unwrap_or_default()
        .trim();
    ["application/json", "application/vnd.api+json"]
        .iter()
        .any(|json| essence.eq_ignore_ascii_case(json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_56_only_listed_headers_pass() {
        let mut upstream = HeaderMap::new();
        for name in [
            "set-cookie",
            "location",
            "server",
            "clear-site-data",
            "sunset",
            "content-type",
        ] {
            upstream.insert(
                HeaderName::from_static(name),
                "application/json".parse().unwrap(),
            );
        }
        let passed = passed(&upstream, Timestamp::UNIX_EPOCH);
        assert_eq!(passed.len(), 2);
        assert!(passed.contains_key("sunset") && is_json(&passed));
    }

    #[test]
    fn retry_after_passes_as_seconds_or_not_at_all() {
        let now = "2026-11-24T05:41:07Z".parse().unwrap();
        for (asked, passes) in [
            ("38", Some("38")),
            (" 38 ", Some("38")),
            ("Tue, 24 Nov 2026 05:42:07 GMT", Some("60")),
            ("Tue, 24 Nov 2026 05:40:07 GMT", Some("0")),
            ("Tuesday, 24-Nov-26 05:42:07 GMT", Some("60")),
            ("Tue Nov 24 05:42:07 2026", Some("60")),
            ("3600", Some("3600")),
            ("99999999999999999999", Some("86400")),
            ("soon", None),
            ("-5", None),
            ("1.5", None),
            ("", None),
        ] {
            let mut upstream = HeaderMap::new();
            upstream.insert(header::RETRY_AFTER, asked.parse().unwrap());
            let passed = passed(&upstream, now);
            let passed = passed
                .get(header::RETRY_AFTER)
                .map(|value| value.to_str().unwrap());
            assert_eq!(passed, passes, "{asked}");
        }
    }
}
