//! Which of the provider's headers reach the browser (SEC-56). None of the browser's reach the
//! provider: the request is built anew (SEC-55).

use http::{HeaderMap, HeaderName, header};

/// What tells a page something about the answer, and nothing else.
const PASS: [&str; 8] = [
    "retry-after",
    "x-ratelimit-reset",
    "snyk-request-id",
    "snyk-version-requested",
    "snyk-version-served",
    "snyk-version-lifecycle-stage",
    "deprecation",
    "sunset",
];

/// The headers that pass, and the media type.
pub(super) fn passed(upstream: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for name in PASS
        .map(HeaderName::from_static)
        .into_iter()
        .chain([header::CONTENT_TYPE])
    {
        if let Some(value) = upstream.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    headers
}

/// Whether the provider's answer is JSON.
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
        let passed = passed(&upstream);
        assert_eq!(passed.len(), 2);
        assert!(passed.contains_key("sunset") && is_json(&passed));
    }
}
