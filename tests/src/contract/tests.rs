//! Tests the test: answers that are not documented are found out.

use super::*;

fn check(method: &Method, path: &str, status: u16, body: &str) -> Result<(), String> {
    let kind = if status < 400 {
        "application/json"
    } else {
        "application/problem+json"
    };
    let mut headers = HeaderMap::new();
    headers.insert("content-type", kind.parse().unwrap());
    headers.insert(
        "x-request-id",
        "01KBZZZZZZZZZZZZZZZZZZZZZZ".parse().unwrap(),
    );
    headers.insert("retry-after", "7".parse().unwrap());
    headers.insert("allow", "GET,HEAD,POST".parse().unwrap());
    CONTRACT.check(&Exchange {
        method,
        path,
        status,
        headers: &headers,
        body,
    })
}

fn problem(status: u16, code: &str) -> String {
    json!({"type": "about:blank", "title": "T", "status": status, "detail": "D", "code": code,
        "request_id": "01KBZZZZZZZZZZZZZZZZZZZZZZ"})
    .to_string()
}

#[test]
fn what_is_not_documented_is_found_out() {
    let attempts = r#"{"presented":1}"#;
    for (path, status, body, is_documented) in [
        ("/api/login", 200, attempts.to_owned(), true),
        ("/api/login", 201, attempts.to_owned(), false),
        ("/api/login", 200, r#"{"presented":"1"}"#.to_owned(), false),
        (
            "/api/login",
            200,
            r#"{"presented":1,"x":1}"#.to_owned(),
            false,
        ),
        ("/api/login", 200, "{}".to_owned(), false),
        ("/api/login", 429, problem(429, "rate_limited"), true),
        ("/api/login", 429, problem(429, "bad_request"), false),
        ("/api/login", 429, problem(503, "rate_limited"), false),
        ("/api/login", 404, problem(404, "not_found"), false),
        ("/api/sessions/x", 405, problem(405, "bad_request"), false),
        ("/api/login/x", 404, problem(404, "not_found"), true),
        ("/api/login/x", 404, problem(404, "not_signed_in"), false),
        ("/api/login/x", 401, problem(401, "not_signed_in"), false),
        ("/api/login/x", 200, attempts.to_owned(), false),
        (
            "/api/connections/x/snyk/rest/groups",
            401,
            problem(401, "not_signed_in"),
            true,
        ),
        (
            "/api/connections/x/snyk/rest/groups",
            200,
            "{}".to_owned(),
            false,
        ),
        (
            "/api/connections/x/snyk/rest/self",
            200,
            "{}".to_owned(),
            true,
        ),
        (
            "/api/connections/x/snyk/rest/self",
            418,
            problem(418, "internal"),
            true,
        ),
        ("/index.html", 200, "<html>".to_owned(), true),
        ("/index.html", 404, "{}".to_owned(), false),
    ] {
        let checked = check(&Method::GET, path, status, &body);
        assert_eq!(
            checked.is_ok(),
            is_documented,
            "{path} {status}: {checked:?}"
        );
    }
    let other = problem(405, "bad_request");
    assert_eq!(check(&Method::PUT, "/api/login", 405, &other), Ok(()));
    assert!(check(&Method::PUT, "/api/session", 405, &other).is_err());
    assert!(check(&Method::PUT, "/api/login", 200, "{}").is_err());
}
