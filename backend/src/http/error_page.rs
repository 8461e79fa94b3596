//! Renders a problem as an HTML page when a browser navigates to a URL, since users should not have
//! to read JSON. The page is self-contained, because the app itself may be unavailable.

use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use sha2::{Digest as _, Sha256};
use shared::problem::Problem;

use super::is_api;

/// The media type of an error page.
pub(crate) const MEDIA_TYPE: &str = "text/html; charset=utf-8";

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;\
                     padding:0 1.5rem}h1{font-size:1.5rem}p.id{opacity:.7;font-size:.875rem}";

/// The content security policy of an error page: its own inline style only.
pub(crate) static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
});

/// Returns whether a browser navigates to the URL to display the response.
pub(crate) fn asks_for_page(method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    let header_contains = |name: HeaderName, text: &str| {
        headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.to_ascii_lowercase().contains(text))
    };
    matches!(*method, Method::GET | Method::HEAD)
        && !is_api(uri.path())
        && (header_contains(header::ACCEPT, "text/html")
            || header_contains(HeaderName::from_static("sec-fetch-dest"), "document"))
}

/// Converts a problem response to a page. Returns another response as it is.
pub(crate) fn convert(response: Response) -> Response {
    match response.extensions().get::<Problem>() {
        Some(problem) => page(&response, problem),
        None => response,
    }
}

fn page(original: &Response, problem: &Problem) -> Response {
    let mut headers: HeaderMap = original.headers().clone();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    let mut response = (original.status(), headers, document(problem)).into_response();
    response
        .extensions_mut()
        .extend(original.extensions().clone());
    response
}

/// Renders the HTML document of a problem.
pub(crate) fn document(problem: &Problem) -> String {
    let (title, detail) = (escape(&problem.title), escape(&problem.detail));
    let id = escape(&problem.request_id);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><h1>{title}</h1><p>{detail}</p>\
         <p><a href=\"/\">Start page</a></p>\
         <p class=\"id\">Status {status}, request ID {id}</p></body></html>\n",
        status = problem.status,
    )
}

fn escape(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut safe, c| {
            match c {
                '&' => safe.push_str("&amp;"),
                '<' => safe.push_str("&lt;"),
                '>' => safe.push_str("&gt;"),
                '"' => safe.push_str("&quot;"),
                _ => safe.push(c),
            }
            safe
        })
}

#[cfg(test)]
mod tests {
    use http::Request;
    use shared::problem::Code;

    use super::*;

    #[test]
    fn sec_60_a_page_shows_text_as_text_and_runs_nothing() {
        let page = document(&Problem {
            kind: "about:blank".to_owned(),
            title: "<script>".to_owned(),
            status: 431,
            detail: "a & \"b\"".to_owned(),
            code: Code::PayloadTooLarge,
            request_id: "01J".to_owned(),
            snyk_request_id: None,
        });
        assert!(page.contains("&lt;script&gt;") && page.contains("a &amp; &quot;b&quot;"));
        assert!(!page.contains("<script"));
        let policy = POLICY.to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
    }

    #[test]
    fn only_a_browser_that_shows_the_answer_gets_a_page() {
        for (method, path, name, value, asks) in [
            (
                "GET",
                "/x",
                "accept",
                "text/html,application/xml;q=0.9",
                true,
            ),
            ("GET", "/x", "sec-fetch-dest", "document", true),
            ("GET", "/x", "accept", "*/*", false),
            ("GET", "/x", "accept", "image/avif,*/*", false),
            ("GET", "/api/session", "accept", "text/html", false),
            ("POST", "/x", "accept", "text/html", false),
        ] {
            let request = Request::builder().method(method).uri(path);
            let (parts, ()) = request.header(name, value).body(()).unwrap().into_parts();
            let is_page = asks_for_page(&parts.method, &parts.uri, &parts.headers);
            assert_eq!(is_page, asks, "{method} {path} {value}");
        }
    }
}
