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

/// Checks an answer with these headers and those of every answer.
fn check_with(
    method: &Method,
    path: &str,
    status: u16,
    content: Option<(&str, &str)>,
    more: &[(&'static str, &str)],
) -> Result<(), String> {
    let mut headers = HeaderMap::new();
    headers.insert(
        "x-request-id",
        "01KBZZZZZZZZZZZZZZZZZZZZZZ".parse().unwrap(),
    );
    let kind = content.map(|(kind, _)| ("content-type", kind));
    for (name, value) in kind.iter().chain(more) {
        headers.insert(*name, value.parse().unwrap());
    }
    CONTRACT.check(&Exchange {
        method,
        path,
        status,
        headers: &headers,
        body: content.map_or("", |(_, body)| body),
    })
}

#[test]
fn a_header_that_is_required_and_missing_is_found_out() {
    let delete = |more: &[_]| check_with(&Method::DELETE, "/api/connections/x", 204, None, more);
    assert_eq!(delete(&[("revocation", "done")]), Ok(()));
    assert!(delete(&[]).is_err());
    assert!(delete(&[("revocation", "maybe")]).is_err());
    let sign_out = |more: &[_]| check_with(&Method::DELETE, "/api/session", 204, None, more);
    assert_eq!(sign_out(&[("set-cookie", "session=; Max-Age=0")]), Ok(()));
    assert!(sign_out(&[]).is_err());
    let limited = problem(429, "rate_limited");
    let limited = Some(("application/problem+json", &*limited));
    let start = |more: &[_]| check_with(&Method::GET, "/api/login", 429, limited, more);
    assert_eq!(start(&[("retry-after", "7")]), Ok(()));
    assert!(start(&[]).is_err());
    // Snyk may not name a delay.
    let snyk = Some(("application/json", "{}"));
    let path = "/api/connections/x/snyk/rest/self";
    assert_eq!(check_with(&Method::GET, path, 429, snyk, &[]), Ok(()));
    // Without a session there is no cookie to remove.
    let nobody = Some(("application/json", r#"{"presented":1}"#));
    assert_eq!(
        check_with(&Method::GET, "/api/login", 200, nobody, &[]),
        Ok(())
    );
}
